/** Changes as people make them, each with the comment that it is to have: test/preview/examples/<name>.md. */
import type { EnvironmentPreview } from "../../../preview/preview.ts";
import { previewOf } from "../../../preview/preview.ts";
import type { Graph, GraphResource } from "../../../local/graph.ts";
import { policyFindings } from "../../../cli/preview/policies.ts";
import { graphOf } from "../../infra/support/stacks.ts";
import type { ServiceTimes } from "../../../model/service-times.ts";

/** Service times that stand still, whatever the bench measures. */
const TIME = { cpuMicrosPerRecord: 10, cpuMsPerInvocation: 1, waitMsPerInvocation: 100 };
export const FIXED_TIMES: ServiceTimes = { archive: TIME, warehouse: TIME, other: TIME, insertAll: TIME };

/** One example. */
export interface Example {
  /** What somebody changes. */
  readonly title: string;
  readonly stack: string;
  /** Settings before and after, by dotted path; `undefined` takes one out. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** What of the program itself changes. */
  readonly edit?: (resource: GraphResource) => GraphResource;
}

const TABLES = /^warehouse-data-[0-9a-f]$/;

function withInputs(resource: GraphResource, inputs: Readonly<Record<string, unknown>>): GraphResource {
  return { ...resource, inputs: { ...resource.inputs, ...inputs } };
}

interface PolicyText {
  readonly Statement: readonly object[];
}

/** All examples, by the name of their file. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "tune-shards": {
    title: "the stream is doubled",
    stack: "production",
    after: {
      "stream.shardCount": 16,
      "backends.archive.reservedConcurrency": 16,
      "backends.warehouse.reservedConcurrency": 16,
    },
  },
  "add-a-column": {
    title: "the tables get a column",
    stack: "production",
    edit: (resource) => {
      if (!TABLES.test(resource.name)) return resource;
      const schema = JSON.parse(String(resource.inputs["schema"])) as object[];
      const column = { name: "country", type: "STRING", mode: "NULLABLE", description: "Two letters." };
      return withInputs(resource, { schema: JSON.stringify([...schema, column]) });
    },
  },
  "rename-a-column": {
    title: "a column gets another name",
    stack: "dev",
    edit: (resource) =>
      TABLES.test(resource.name)
        ? withInputs(resource, { schema: String(resource.inputs["schema"]).replace('"name":"event"', '"name":"kind"') })
        : resource,
  },
  "rename-a-table": {
    title: "a table gets another name in BigQuery",
    stack: "production",
    edit: (resource) =>
      resource.name === "warehouse-data-f" ? withInputs(resource, { tableId: "player_log_last" }) : resource,
  },
  "drop-a-backend": {
    title: "the warehouse is taken out of the stack",
    stack: "staging",
    after: { "backends.warehouse": undefined },
  },
  "open-a-role": {
    title: "the warehouse's role may do everything to S3, and another account may take it on",
    stack: "staging",
    edit: (resource) => {
      const add = (key: string, statement: object) => {
        const policy = JSON.parse(String(resource.inputs[key])) as PolicyText;
        return withInputs(resource, {
          [key]: JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] }),
        });
      };
      if (resource.name === "warehouse-policy") {
        return add("policy", { Sid: "Debugging", Effect: "Allow", Action: ["s3:*"], Resource: ["*"] });
      }
      if (resource.name === "warehouse-role") {
        const Principal = { AWS: "arn:aws:iam::999999999999:root" };
        return add("assumeRolePolicy", { Sid: "Visitors", Effect: "Allow", Principal, Action: ["sts:AssumeRole"] });
      }
      return resource;
    },
  },
  "raise-memory": {
    title: "the warehouse gets four times the memory",
    stack: "dev",
    after: { "backends.warehouse.memoryMb": 1024 },
  },
  "turn-on-fan-out": {
    title: "both backends get a fan-out of their own",
    stack: "dev",
    after: {
      "backends.archive.fanOut": true,
      "backends.archive.fanOutSwitches": ["2026-11-21T09:00:00Z"],
      "backends.warehouse.fanOut": true,
      "backends.warehouse.fanOutSwitches": ["2026-11-21T09:00:00Z"],
    },
  },
  "change-region": {
    title: "AWS's side moves to Ireland, Google's to the EU",
    stack: "production",
    after: { "aws.region": "eu-west-1", "google.location": "EU" },
  },
  "keep-less": {
    title: "everything is kept for less time, and is no longer guarded",
    stack: "dev",
    before: { "stream.retentionHours": 168, protectData: true },
    after: {
      "stream.retentionHours": 72,
      "archive.expireAfterDays": 7,
      "warehouse.partitionExpiryDays": 14,
      logRetentionDays: 3,
      protectData: false,
    },
  },
  "new-environment": { title: "an environment that was not there before", stack: "dev" },
  nothing: { title: "a change of the documentation", stack: "dev" },
};

const runs = new Map<string, Promise<Graph>>();

/** Graphs of one stack and settings are made once: they are not changed. */
function declaredGraph(stack: string, overrides: Readonly<Record<string, unknown>> = {}): Promise<Graph> {
  const key = JSON.stringify([stack, overrides, Object.keys(overrides)]);
  const run = runs.get(key) ?? graphOf(stack, { configOverrides: overrides }).then(({ graph }) => graph);
  runs.set(key, run);
  return run;
}

/** What an example does. */
export async function previewOfExample(name: string): Promise<EnvironmentPreview> {
  const { stack, before, after, edit } = EXAMPLES[name]!;
  const old = await declaredGraph(stack, before);
  const now = await declaredGraph(stack, { ...before, ...after });
  const graph = edit === undefined ? now : { ...now, resources: now.resources.map(edit) };
  const load = { recordsPerSecond: stack === "production" ? 4000 : 250, recordBytes: 1024, format: "plain" } as const;
  const side = (declared: Graph) => ({ graph: declared, load, findings: policyFindings(declared, stack, load) });
  return previewOf({
    stack,
    before: name === "new-environment" ? undefined : side(old),
    after: side(graph),
    times: FIXED_TIMES,
  });
}
