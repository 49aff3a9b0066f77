import type { Graph, GraphResource } from "../../../local/graph.ts";
import { INVARIANTS } from "../invariants/index.ts";
import { declared } from "../support/stacks.ts";

type Change = (resource: GraphResource) => unknown;

/** Sets an input; the copy that is changed belongs to the test. */
function setInput(key: string, value: unknown): Change {
  return ({ inputs }) => ((inputs as Record<string, unknown>)[key] = value);
}

function replaceInInput(key: string, from: string, to: string): Change {
  return ({ inputs }) => {
    const text = String(inputs[key]);
    if (!text.includes(from)) throw new Error(`${key} holds no ${from}`);
    (inputs as Record<string, unknown>)[key] = text.replace(from, to);
  };
}

/** Invariant, name of the resource that is changed, the change, and what is found. */
const FAULTS: readonly (readonly [title: string, name: string, change: Change, found: string])[] = [
  [
    "no Allow holds a star",
    "archive-policy",
    replaceInInput("policy", "s3:PutObject", "s3:*"),
    "archive-policy allows s3:* in WriteDeadLetters",
  ],
  [
    "no Allow holds a star",
    "archive-policy",
    replaceInInput("policy", "stream/sluice-production-player-log", "stream/*"),
    "archive-policy allows arn:aws:kinesis:us-east-1:333333333333:stream/* in ReadStream",
  ],
  [
    "services act for this account only",
    "alarms-policy",
    replaceInInput("policy", '333333333333"}}', '444444444444"}}'),
    "alarms-policy: CloudWatchPublishes names no account",
  ],
  [
    "each role may do what its mapping and the encryption need",
    "archive-policy",
    replaceInInput("policy", "kinesis:GetRecords", "kinesis:PutRecords"),
    "archive may not kinesis:GetRecords on",
  ],
  [
    "each table has day partitions and requires a filter",
    "warehouse-data-7",
    setInput("requirePartitionFilter", false),
    "warehouse-data-7 requires no filter",
  ],
  [
    "readers' objects wait for all 16 tables",
    "warehouse-data-between",
    (resource) => (resource.dependencies as string[]).pop(),
    "warehouse-data-between does not wait for",
  ],
  [
    "whatever holds data is protected as configured",
    "player-log-stream",
    (resource) => ((resource as { protect: boolean }).protect = false),
    "player-log-stream is not protected",
  ],
  [
    "a destroy takes data along only where it is unprotected",
    "archive-data-bucket",
    setInput("forceDestroy", true),
    "archive-data-bucket: wrong forceDestroy",
  ],
  [
    "stream, buckets and topic are encrypted under our own keys",
    "alarms-topic",
    setInput("kmsMasterKeyId", "alias/aws/sns"),
    "alarms-topic: is under a foreign key",
  ],
  [
    "buckets are private, versioned and take TLS only",
    "dead-letter-privacy",
    setInput("blockPublicAcls", false),
    "dead-letter-bucket: may become public",
  ],
  [
    "no mapping delivers before its buckets are versioned, encrypted and private",
    "archive-mapping",
    ({ dependencies }) =>
      (dependencies as string[]).splice(
        dependencies.findIndex((urn) => urn.endsWith("::archive-data-sse")),
        1,
      ),
    "archive-mapping: does not wait for archive-data-sse",
  ],
  [
    "each mapping has a failure target and settings that lose nothing",
    "warehouse-mapping",
    setInput("destinationConfig", undefined),
    "warehouse-mapping: has no failure target",
  ],
  [
    "each mapping has a failure target and settings that lose nothing",
    "warehouse-mapping",
    setInput("startingPosition", "LATEST"),
    "warehouse-mapping: starts at LATEST",
  ],
  [
    "each function has a log group with retention",
    "archive-function",
    setInput("loggingConfig", undefined),
    "archive-function: has no log group",
  ],
  [
    "each alarm has its dimension, its topic and its runbook",
    "archive-time-to-data-loss",
    ({ inputs }) =>
      delete (inputs as { metricQueries: { metric: { dimensions?: unknown } }[] }).metricQueries[1]!.metric.dimensions,
    "archive-time-to-data-loss: AWS/Lambda IteratorAge has no such dimensions",
  ],
  [
    "exactly the writing roles reach Google, for two permissions on 16 tables",
    "warehouse-access-provider",
    setInput("attributeCondition", "true"),
    "warehouse-access-provider: lets other roles in",
  ],
  [
    "everything is tagged by an explicit provider",
    "archive-function",
    setInput("tags", {}),
    "archive-function does not say whose it is",
  ],
  [
    "every name is inside its limit",
    "archive-function",
    setInput("name", "x".repeat(65)),
    `archive-function is called ${"x".repeat(65)}`,
  ],
  [
    "every name is inside its limit",
    "archive-policy",
    setInput("name", undefined),
    "archive-policy is named by Pulumi, not by us",
  ],
];

/** An invariant that never fails proves nothing: each one is shown a fault. */
export function describeFaults(): void {
  describe("an invariant finds its fault", () => {
    test.each(FAULTS)("%s (%s)", async (title, name, change, found) => {
      const { config, graph } = await declared("production");
      const copy = structuredClone<Graph>(graph);
      change(copy.resources.find((resource) => resource.name === name)!);

      const problems = INVARIANTS[title]!({ config, graph: copy });

      expect(problems[0]).toContain(found);
    });

    test("every invariant is shown one", () => {
      const shown = new Set(FAULTS.map(([title]) => title));
      const untried = Object.keys(INVARIANTS).filter((title) => !shown.has(title));
      expect(untried).toEqual(["each function has a role of its own"]);
    });
  });
}
