import * as bigquery from "@pulumi/gcp/bigquery/index.js";
import * as pulumi from "@pulumi/pulumi";
import { READERS } from "../../contract/columns.ts";
import { BETWEEN_ARGUMENTS, OF_PLAYER_ARGUMENTS, betweenSql, ofPlayerSql, recentSql } from "../readers.ts";
import type { ReaderArgument } from "../readers.ts";
import type { StackConfig } from "../stack-config.ts";
import { daysToMs, tableSpecs } from "../tables.ts";
import type { TableSpec } from "../tables.ts";

/** Arguments of {@link Warehouse}. */
export interface WarehouseArgs {
  readonly projectId: string;
  /** Location of the dataset, e.g. `US`; a change makes a new, empty dataset. */
  readonly location: string;
  readonly warehouse: StackConfig["warehouse"];
  /** Whether deletion of the dataset and its tables is refused; otherwise a destroy takes the rows along. */
  readonly protect: boolean;
  /** Of the dataset and its tables; the provider's defaults unless given. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The BigQuery side: the dataset, its 16 tables, and the three objects that readers query instead of them.
 *
 *     const warehouse = new Warehouse("player-log-warehouse", { projectId: "my-project", location: "US", … });
 *     export const dataset = warehouse.datasetId;
 */
export class Warehouse extends pulumi.ComponentResource {
  readonly datasetId: pulumi.Output<string>;
  /** In order of digit. */
  readonly tables: readonly bigquery.Table[];

  constructor(name: string, args: WarehouseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:Warehouse", name, {}, opts);
    const { projectId, warehouse, protect, labels } = args;

    const dataset = new bigquery.Dataset(
      `${name}-dataset`,
      {
        datasetId: warehouse.dataset,
        project: projectId,
        location: args.location,
        description: "Player-action log. Read log_between, log_of_player or log_recent: one row per record.",
        defaultPartitionExpirationMs: daysToMs(warehouse.partitionExpiryDays),
        deleteContentsOnDestroy: !protect,
        labels,
      },
      { parent: this, protect },
    );
    const where = { datasetId: dataset.datasetId, project: projectId };
    this.tables = tableSpecs(warehouse).map(
      (spec) =>
        new bigquery.Table(
          `${name}-${spec.digit}`,
          { ...where, ...tableArgs(spec), labels, deletionProtection: protect },
          { parent: this, protect },
        ),
    );

    // Their SQL names the tables as text, so the dependency on all 16 has to be said.
    const readerOptions = { parent: this, dependsOn: [...this.tables] };
    const location = { projectId, datasetId: warehouse.dataset };
    new bigquery.Routine(
      `${name}-between`,
      { ...where, ...tableFunction(READERS.between, BETWEEN_ARGUMENTS, betweenSql(location)) },
      readerOptions,
    );
    new bigquery.Routine(
      `${name}-of-player`,
      { ...where, ...tableFunction(READERS.ofPlayer, OF_PLAYER_ARGUMENTS, ofPlayerSql(location)) },
      readerOptions,
    );
    new bigquery.Table(
      `${name}-recent`,
      {
        ...where,
        tableId: READERS.recent,
        description: `The last ${warehouse.recentDays} days, one row per record.`,
        view: { query: recentSql(location, warehouse.recentDays), useLegacySql: false },
        labels,
        deletionProtection: false,
      },
      readerOptions,
    );

    this.datasetId = dataset.datasetId;
    this.registerOutputs({ datasetId: this.datasetId });
  }
}

function tableArgs(spec: TableSpec) {
  return {
    tableId: spec.tableId,
    description: spec.description,
    schema: spec.schema,
    timePartitioning: { type: "DAY", field: spec.partitionColumn, expirationMs: spec.partitionExpirationMs },
    requirePartitionFilter: true,
    clusterings: [...spec.clustering],
  };
}

/** A table function's columns follow from its body, so no return type is declared. */
function tableFunction(routineId: string, args: readonly ReaderArgument[], definitionBody: string) {
  return {
    routineId,
    routineType: "TABLE_VALUED_FUNCTION",
    language: "SQL",
    description: "One row per record.",
    arguments: args.map(({ name, typeKind }) => ({ name, dataType: JSON.stringify({ typeKind }) })),
    definitionBody,
  };
}
