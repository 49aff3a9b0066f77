import type { TimePartitioning } from "../bigquery/catalog.ts";
import type { TableField } from "../bigquery/schema.ts";
import type { TableDefinition } from "../bigquery/warehouse.ts";
import { objectOf } from "./bigquery-names.ts";
import { optionalTextOf, textOf, textsOf, withBehaviour } from "./realiser.ts";
import type { Inputs } from "./realiser.ts";

/** A table or, with a `view` among its inputs, a view. As with the provider, it is deleted only with `deletionProtection: false`. */
export const bigqueryTable = withBehaviour({
  type: "gcp:bigquery/table:Table",
  fixed: ["project", "datasetId", "tableId", "timePartitioning.type", "timePartitioning.field"],
  outputs(inputs, { googleProject }) {
    const id = `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}/tables/${textOf(inputs, "tableId")}`;
    const type = inputs["view"] === undefined ? "TABLE" : "VIEW";
    return { id, type, selfLink: `https://bigquery.googleapis.com/bigquery/v2/${id}` };
  },
  async create({ inputs }, { warehouse }) {
    await warehouse.createTable(declaredTable(inputs));
  },
  async update(_, { id, inputs }, { warehouse }) {
    const declared = declaredTable(inputs);
    const { timePartitioning } = declared;
    // The provider leaves an expiry alone that is not declared: it is what the table got from its dataset.
    const kept = warehouse.catalog.table(objectOf(id)).timePartitioning?.expirationMs;
    await warehouse.updateTable({
      ...declared,
      ...(timePartitioning && { timePartitioning: { expirationMs: kept, ...timePartitioning } }),
    });
  },
  async delete({ id, inputs }, { warehouse }) {
    const name = objectOf(id);
    if (warehouse.catalog.findTable(name) === undefined) return;
    if (inputs["deletionProtection"] !== false) throw new Error(`table ${name.name} has deletionProtection on`);
    await warehouse.deleteTable(name);
  },
  read(id, { warehouse }) {
    const table = warehouse.catalog.findTable(objectOf(id));
    if (table === undefined) return undefined;
    const { project, dataset, name, fields, timePartitioning, clustering, viewQuery, description, labels = {} } = table;
    return {
      project,
      datasetId: dataset,
      tableId: name,
      ...(viewQuery === undefined
        ? { schema: JSON.stringify(fields) }
        : { view: { query: viewQuery, useLegacySql: false } }),
      ...(table.requirePartitionFilter && { requirePartitionFilter: true }),
      ...(timePartitioning !== undefined && { timePartitioning }),
      ...(clustering.length > 0 && { clusterings: clustering }),
      ...(description !== undefined && { description }),
      ...(Object.keys(labels).length > 0 && { labels }),
    };
  },
});

function declaredTable(inputs: Inputs): TableDefinition {
  const view = inputs["view"] as { readonly query: string; readonly useLegacySql?: boolean } | undefined;
  if (view?.useLegacySql === true) throw new Error("a view in legacy SQL is not supported locally");
  return {
    project: textOf(inputs, "project"),
    dataset: textOf(inputs, "datasetId"),
    name: textOf(inputs, "tableId"),
    fields: view === undefined ? (JSON.parse(textOf(inputs, "schema")) as TableField[]) : [],
    requirePartitionFilter: inputs["requirePartitionFilter"] === true,
    clustering: (inputs["clusterings"] ?? []) as readonly string[],
    labels: textsOf(inputs, "labels"),
    timePartitioning: inputs["timePartitioning"] as TimePartitioning | undefined,
    viewQuery: view?.query,
    description: optionalTextOf(inputs, "description"),
  };
}
