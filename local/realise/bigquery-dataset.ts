import { numberOf, textOf, textsOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** The dataset: a schema of the local warehouse. */
export const bigqueryDataset: Realiser = {
  type: "gcp:bigquery/dataset:Dataset",
  behaviour: "real",
  outputs(inputs, { googleProject }) {
    const id = `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}`;
    return { id, selfLink: `https://bigquery.googleapis.com/bigquery/v2/${id}` };
  },
  async create({ inputs }, { warehouse }) {
    const expirationMs = numberOf(inputs, "defaultPartitionExpirationMs");
    await warehouse.createDataset({
      project: textOf(inputs, "project"),
      dataset: textOf(inputs, "datasetId"),
      location: textOf(inputs, "location"),
      labels: textsOf(inputs, "labels"),
      ...(inputs["description"] === undefined ? {} : { description: textOf(inputs, "description") }),
      ...(expirationMs === undefined ? {} : { defaultPartitionExpirationMs: expirationMs }),
    });
  },
};
