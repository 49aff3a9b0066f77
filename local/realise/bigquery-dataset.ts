import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** The dataset: a schema of the local warehouse. */
export const bigqueryDataset: Realiser = {
  type: "gcp:bigquery/dataset:Dataset",
  behaviour: "real",
  outputs(inputs, { googleProject }) {
    const id = `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}`;
    return { id, selfLink: `https://bigquery.googleapis.com/bigquery/v2/${id}` };
  },
};
