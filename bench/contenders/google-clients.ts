/** Google's official client against the stand-in, set up as its documentation sets it up. */
import { BigQuery } from "@google-cloud/bigquery";
import type { Dataset } from "@google-cloud/bigquery";
import { OAuth2Client } from "google-auth-library";

export const PROJECT = "p";
export const DATASET = "d";
const TOKEN_LIFE_MS = 3_600_000;

/** The dataset behind `BENCH_BIGQUERY`. */
export function openDataset(): Dataset {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: "bench", expiry_date: Date.now() + TOKEN_LIFE_MS });
  const client = new BigQuery({ projectId: PROJECT, apiEndpoint: process.env["BENCH_BIGQUERY"]!, authClient });
  return client.dataset(DATASET);
}
