/** What a change does to delivery: what is read again, what waits less long, and what AWS takes only in steps. Pure. */
import type { Graph, GraphResource } from "../local/graph.ts";
import { ofType } from "../local/graph.ts";
import type { ResourceChange } from "./change.ts";
import { ownerNotes } from "./shard-owner.ts";

const STREAM = "aws:kinesis/stream:Stream";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** What somebody who deploys has to know, in sentences. */
export function deliveryNotes(
  changes: readonly ResourceChange[],
  before: Graph | undefined,
  after: Graph | undefined,
  recordsPerSecond: number,
): readonly string[] {
  const mappings = changes.filter(({ type }) => type === MAPPING);
  const retentionHours = numberOf(before && ofType(before, STREAM)[0], "retentionPeriod") ?? 24;
  const kept = before !== undefined && after !== undefined && isStreamKept(changes);
  const resharding = changes.filter(({ type }) => type === STREAM).flatMap(reshardingSteps);
  return [
    ...(kept ? mappings.flatMap((change) => readsAgain(change, retentionHours, recordsPerSecond)) : []),
    ...mappings.flatMap(givesUpSooner),
    ...resharding,
    ...ownerNotes(after && ofType(after, STREAM)[0], before, after, changes.length > 0 && resharding.length === 0),
  ];
}

function isStreamKept(changes: readonly ResourceChange[]): boolean {
  return !changes.some(({ type, kind }) => type === STREAM && kind !== "changed");
}

function readsAgain({ kind, name, after }: ResourceChange, hours: number, rate: number): readonly string[] {
  if (kind === "deleted") {
    return [
      `${name} is deleted, and its place in the stream with it: added again, it begins with ${everything(hours, rate)}.`,
    ];
  }
  if (after === undefined || (kind !== "replaced" && kind !== "added")) return [];
  const from = after.inputs["startingPositionTimestamp"];
  if (after.inputs["startingPosition"] === "AT_TIMESTAMP") {
    return kind === "added"
      ? []
      : [
          `${name} is replaced: the new mapping begins at ${String(from)}. What the old one had taken since then comes again, under the same ` +
            "record ids; what came in before and was not taken is never read, so deploy while the backend is up to date.",
        ];
  }
  if (after.inputs["startingPosition"] !== "TRIM_HORIZON") {
    const position = String(after.inputs["startingPosition"]);
    return kind === "added"
      ? []
      : [`${name} is replaced and begins at ${position}: records in between are never read.`];
  }
  const amount = everything(hours, rate);
  return [
    kind === "added"
      ? `${name} is new: it begins with ${amount}.`
      : `${name} is replaced: the new mapping reads the whole retention again, ${amount}. They come under the same record ids, and cost what they cost the first time.`,
  ];
}

function everything(hours: number, rate: number): string {
  const records = Math.round(rate * hours * 3600).toLocaleString("en-US");
  return `all that the stream keeps (${hours} h, at the declared load ${records} records)`;
}

function givesUpSooner({ kind, name, before, after }: ResourceChange): readonly string[] {
  if (kind === "added" || kind === "deleted" || before === undefined || after === undefined) return [];
  const [from, to] = [numberOf(before, "maximumRecordAgeInSeconds"), numberOf(after, "maximumRecordAgeInSeconds")];
  const [tries, triesNow] = [numberOf(before, "maximumRetryAttempts"), numberOf(after, "maximumRetryAttempts")];
  const shorter = from !== undefined && to !== undefined && to !== -1 && (from === -1 || to < from);
  const fewer = tries !== undefined && triesNow !== undefined && triesNow !== -1 && (tries === -1 || triesNow < tries);
  return [
    ...(shorter
      ? [`${name} gives up on records after ${to / 3600} h; after ${from === -1 ? "never" : `${from / 3600} h`} now.`]
      : []),
    ...(fewer
      ? [`${name} gives up on a batch after ${triesNow} attempts; after ${tries === -1 ? "never" : tries} now.`]
      : []),
    ...(before.inputs["destinationConfig"] !== undefined && after.inputs["destinationConfig"] === undefined
      ? [`${name} has no on-failure destination any more: records that are given up on are gone.`]
      : []),
  ];
}

/** A call changes the number at most to double or half of it, ten times a day. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
function reshardingSteps(change: ResourceChange): readonly string[] {
  const { name, before, after } = change;
  const [from, to] = [numberOf(before, "shardCount"), numberOf(after, "shardCount")];
  if (change.kind !== "changed" || from === undefined || to === undefined || from === to) return [];
  if (after?.ignoreChanges?.includes("shardCount") === true) {
    return [
      `The shard count of ${name} stays as it is: the auto-scaler owns it (sluice:autoscaling), ${to} is not deployed.`,
    ];
  }
  const steps = stepsBetween(from, to);
  if (steps <= 1) return [`${name} goes from ${from} to ${to} shards in one step, while records flow.`];
  return [
    `${name} cannot go from ${from} to ${to} shards in one deployment, AWS at most doubles or halves them: go there first with sluice tune apply --target ${to}, or deploy it in ${steps} steps.`,
  ];
}

/** Whether Kinesis would refuse the change of a stream's shards: more than double, or less than half. */
export function tooManyShards({ kind, before, after }: ResourceChange): boolean {
  const [from, to] = [numberOf(before, "shardCount"), numberOf(after, "shardCount")];
  if (kind !== "changed" || from === undefined || to === undefined) return false;
  return after?.ignoreChanges?.includes("shardCount") !== true && stepsBetween(from, to) > 1;
}

function stepsBetween(from: number, to: number): number {
  return Math.ceil(Math.abs(Math.log2(to / from)) - 1e-9);
}

function numberOf(resource: GraphResource | undefined, key: string): number | undefined {
  const value = resource?.inputs[key];
  return typeof value === "number" ? value : undefined;
}
