import { textOf, textsOf } from "./realiser.ts";
import type { TimePartitioning } from "../bigquery/catalog.ts";
import type { TableField } from "../bigquery/schema.ts";
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
  async create({ inputs }, { warehouse }) {
    const view = inputs["view"] as { readonly query: string; readonly useLegacySql?: boolean } | undefined;
    if (view?.useLegacySql === true) throw new Error("a view in legacy SQL is not supported locally");
    const partitioning = inputs["timePartitioning"] as TimePartitioning | undefined;
    await warehouse.createTable({
      project: textOf(inputs, "project"),
      dataset: textOf(inputs, "datasetId"),
      name: textOf(inputs, "tableId"),
      fields: view === undefined ? (JSON.parse(textOf(inputs, "schema")) as TableField[]) : [],
      requirePartitionFilter: inputs["requirePartitionFilter"] === true,
      clustering: (inputs["clusterings"] ?? []) as readonly string[],
      labels: textsOf(inputs, "labels"),
      ...(partitioning === undefined ? {} : { timePartitioning: partitioning }),
      ...(view === undefined ? {} : { viewQuery: view.query }),
      ...(inputs["description"] === undefined ? {} : { description: textOf(inputs, "description") }),
    });
  },
};
