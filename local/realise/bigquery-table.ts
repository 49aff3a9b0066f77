import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** A table or, with a `view` among its inputs, a view. */
export const bigqueryTable: Realiser = {
  type: "gcp:bigquery/table:Table",
  behaviour: "real",
  outputs(inputs, { googleProject }) {
    const id = `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}/tables/${textOf(inputs, "tableId")}`;
    const type = inputs["view"] === undefined ? "TABLE" : "VIEW";
    return { id, type, selfLink: `https://bigquery.googleapis.com/bigquery/v2/${id}` };
  },
};
