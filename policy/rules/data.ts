/** Rules about what holds data. */
import type { Rule, Violation } from "../rule.ts";
import { type PolicyStack, ofType, objectAt } from "../stack.ts";

const TABLE = "gcp:bigquery/table:Table";

/** No query reads all days by mistake. */
export const partitionFilter: Rule = {
  name: "partition-filter",
  description: "Every table is partitioned and refuses queries without a filter on the partition.",
  why: "One SELECT without a day reads years of log and is billed for all of it.",
  fix: "set timePartitioning and requirePartitionFilter",
  link: "https://cloud.google.com/bigquery/docs/querying-partitioned-tables#require_a_partition_filter_in_queries",
  check: (stack) =>
    tables(stack).flatMap(({ name, inputs }): readonly Violation[] => {
      if (inputs["timePartitioning"] === undefined)
        return [{ resource: name, message: "the table is not partitioned" }];
      if (inputs["requirePartitionFilter"] === true) return [];
      return [{ resource: name, message: "the table takes queries that read every partition" }];
    }),
};

/** What holds data is deleted by nobody in passing. */
export const deletionProtection: Rule = {
  name: "deletion-protection",
  description: "Stream, buckets, dataset and tables are protected, and their contents are never deleted with them.",
  why: "A changed name or a removed line would else delete the data with the next deployment.",
  fix: "protect the resource; set deletionProtection, and leave forceDestroy and deleteContentsOnDestroy off",
  link: "https://www.pulumi.com/docs/iac/concepts/options/protect/",
  check: (stack) => [...unprotected(stack), ...emptied(stack)],
};

function unprotected(stack: PolicyStack): readonly Violation[] {
  const holders = [
    ...["aws:kinesis/stream:Stream", "aws:s3/bucket:Bucket", "gcp:bigquery/dataset:Dataset"].flatMap((type) =>
      ofType(stack, type),
    ),
    ...tables(stack),
  ];
  return holders
    .filter(({ protect }) => !protect)
    .map(({ name }) => ({ resource: name, message: "nothing stops a deployment from deleting it" }));
}

function emptied(stack: PolicyStack): readonly Violation[] {
  const on = (type: string, property: string): readonly Violation[] =>
    ofType(stack, type)
      .filter(({ inputs }) => inputs[property] === true)
      .map(({ name }) => ({ resource: name, message: `${property} deletes its contents with it` }));
  const open = tables(stack)
    .filter(({ inputs }) => inputs["deletionProtection"] !== true)
    .map(({ name }) => ({ resource: name, message: "BigQuery lets the table be deleted" }));
  return [
    ...on("aws:s3/bucket:Bucket", "forceDestroy"),
    ...on("gcp:bigquery/dataset:Dataset", "deleteContentsOnDestroy"),
    ...open,
  ];
}

/** Tables with rows: views hold none. */
function tables(stack: PolicyStack): PolicyStack["resources"] {
  return ofType(stack, TABLE).filter(({ inputs }) => Object.keys(objectAt(inputs, "view")).length === 0);
}
