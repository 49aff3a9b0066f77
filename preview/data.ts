/** Which resources hold data, and what of it a change loses. Pure. */
import { schemaChange } from "../infra/table-schema-change.ts";
import type { GraphResource } from "../local/graph.ts";
import type { ResourceChange } from "./change.ts";

/**
 * How bad it is, worst first. `lost`: gone for good. `refused`: it would be, but something stops the deployment there. `may be lost`: no table says
 * what the change does. `unguarded`: nothing is lost yet.
 */
export const SEVERITIES = ["lost", "refused", "may be lost", "unguarded"] as const;

/** One of them. */
export type Severity = (typeof SEVERITIES)[number];

/** What one change does to data. */
export interface DataFinding {
  readonly severity: Severity;
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
  /** What comes after the name and a colon. */
  readonly what: string;
}

type Inputs = Readonly<Record<string, unknown>>;

const STREAM = "aws:kinesis/stream:Stream";
const BUCKET = "aws:s3/bucket:Bucket";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const KEY = "aws:kms/key:Key";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const DATASET = "gcp:bigquery/dataset:Dataset";
const TABLE = "gcp:bigquery/table:Table";

/** What becomes of data when the resource that holds it goes: as it is, and as it would be. */
interface Loss {
  readonly is: string;
  readonly wouldBe: string;
}

/** What goes with a resource; `undefined` for one that holds nothing. */
export function lossWith({ type, inputs }: GraphResource): Loss | undefined {
  const goes = (what: string): Loss => ({ is: `${what} go with it`, wouldBe: `${what} would go with it` });
  switch (type) {
    case STREAM:
      return goes("all records that a backend has not read yet");
    case BUCKET:
      return goes("all its objects and their versions");
    case DATASET:
      return goes("all its tables with their rows");
    case TABLE:
      return inputs["view"] === undefined ? goes("all its rows") : undefined;
    case KEY: {
      const days = numberAt(inputs, "deletionWindowInDays") ?? 30;
      const what = `read by nobody ${days} days later`;
      return {
        is: `what is encrypted under it can be ${what}`,
        wouldBe: `what is encrypted under it could be ${what}`,
      };
    }
    case LOG_GROUP:
      return goes("its logs");
    default:
      return undefined;
  }
}

/** What changes do to data, worst first, in the order of the changes. */
export function dataFindings(changes: readonly ResourceChange[]): readonly DataFinding[] {
  const findings = changes.flatMap((change) => findingsOf(change).map((finding) => ({ ...about(change), ...finding })));
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

type Finding = Pick<DataFinding, "severity" | "what">;

function about({ type, name }: ResourceChange): Pick<DataFinding, "type" | "name"> {
  return { type, name };
}

function findingsOf(change: ResourceChange): readonly Finding[] {
  const { kind, before, after } = change;
  if (before === undefined) return [];
  if (kind === "deleted" || kind === "replaced") return removed(change, before);
  if (after === undefined) return [];
  return [...unlisted(change, after), ...inPlace(before, after), ...unguarded(before, after)];
}

function removed(change: ResourceChange, before: GraphResource): readonly Finding[] {
  const loss = lossWith(before);
  if (loss === undefined) return [];
  const how = change.kind === "deleted" ? "deleted" : `replaced by a new, empty one${causeOf(change)}`;
  if (before.retainOnDelete) {
    return [{ severity: "unguarded", what: `${how}; the old one stays, without anybody to manage it.` }];
  }
  const stops = whatStops(before);
  if (stops.length === 0) return [{ severity: "lost", what: `${how}: ${loss.is}.` }];
  return [
    { severity: "refused", what: `${how}: ${loss.wouldBe}, but the deployment stops there (${stops.join("; ")}).` },
  ];
}

const MOST_CAUSES = 4;

/** What forces a replacement: another resource, or properties of its own, of a table its columns. */
function causeOf({ replacedWith, properties }: ResourceChange): string {
  if (replacedWith !== undefined) return `, with ${replacedWith}`;
  const paths = properties.filter(({ effect }) => effect === "replaces").map(({ path }) => path);
  const named = [...new Set(paths.map((path) => path.replace(/^schema\[(.+?)\].*$/, "column $1")))];
  if (named.length === 0) return "";
  const more = named.length - MOST_CAUSES;
  const shown = more > 0 ? [...named.slice(0, MOST_CAUSES), `${more} more`] : named;
  return `, since ${shown.join(" and ")} change${named.length === 1 ? "s" : ""}`;
}

/** What of a resource as it is deployed refuses its deletion. */
function whatStops({ type, protect, inputs }: GraphResource): readonly string[] {
  return [
    ...(protect ? ["it is protected"] : []),
    ...(type === TABLE && inputs["deletionProtection"] === true ? ["deletionProtection is on"] : []),
    ...(type === BUCKET && inputs["forceDestroy"] !== true ? ["S3 deletes no bucket that holds objects"] : []),
    ...(type === DATASET && inputs["deleteContentsOnDestroy"] !== true
      ? ["BigQuery deletes no dataset with tables"]
      : []),
  ];
}

/** A property of which no table says what its change does. */
function unlisted({ properties }: ResourceChange, after: GraphResource): readonly Finding[] {
  const loss = lossWith(after);
  const paths = properties.filter(({ effect }) => effect === "unknown").map(({ path }) => path);
  if (loss === undefined || paths.length === 0) return [];
  const [are, them] = paths.length === 1 ? ["is", "it"] : ["are", "them"];
  return [
    {
      severity: "may be lost",
      what: `${paths.join(", ")} ${are} in no table of replacing properties: to change ${them} may replace the resource, and then ${loss.is}.`,
    },
  ];
}

/** Data that a change in place lets go. */
function inPlace(before: GraphResource, after: GraphResource): readonly Finding[] {
  const [old, now] = [before.inputs, after.inputs];
  const lost = (what: string): readonly Finding[] => [{ severity: "lost", what }];
  switch (after.type) {
    case STREAM: {
      const [from, to] = [numberAt(old, "retentionPeriod"), numberAt(now, "retentionPeriod")];
      if (from === undefined || to === undefined || to >= from) return [];
      return lost(`records older than ${to} h leave the stream at once, read or not; it keeps ${from} h now.`);
    }
    case TABLE:
      return [...droppedColumns(old, now).flatMap(lost), ...shorterPartitions(old, now).flatMap(lost)];
    case LIFECYCLE:
      return shorterLifecycle(old, now).flatMap(lost);
    case LOG_GROUP: {
      const [from, to] = [numberAt(old, "retentionInDays") ?? Infinity, numberAt(now, "retentionInDays") ?? Infinity];
      return to < from ? lost(`logs older than ${to} days go.`) : [];
    }
    default:
      return [];
  }
}

function droppedColumns(old: Inputs, now: Inputs): readonly string[] {
  const change = schemaChange(old["schema"], now["schema"]);
  if (change === undefined || change.dropped.length === 0) return [];
  const [columns, these] = change.dropped.length === 1 ? ["column", "its"] : ["columns", "their"];
  return [`the ${columns} ${change.dropped.join(", ")} and all ${these} values are dropped.`];
}

function shorterPartitions(old: Inputs, now: Inputs): readonly string[] {
  const [from, to] = [partitionDays(old), partitionDays(now)];
  return to < from ? [`partitions older than ${to} days go at once; ${lasting(from)} now.`] : [];
}

function partitionDays(inputs: Inputs): number {
  const ms = numberAt(inputs["timePartitioning"] as Inputs | undefined, "expirationMs");
  return ms === undefined || ms === 0 ? Infinity : ms / 86_400_000;
}

function lasting(days: number): string {
  return days === Infinity ? "none go" : `those older than ${days} days go`;
}

function shorterLifecycle(old: Inputs, now: Inputs): readonly string[] {
  const [from, to] = [lifecycleDays(old), lifecycleDays(now)];
  return [
    ...(to.expire < from.expire
      ? [`objects older than ${to.expire} days are deleted; ${lasting(from.expire)} now.`]
      : []),
    ...(to.noncurrent < from.noncurrent
      ? [`overwritten and deleted objects are gone for good after ${to.noncurrent} days; after ${from.noncurrent} now.`]
      : []),
  ];
}

interface LifecycleRule {
  readonly status?: string;
  readonly expiration?: { readonly days?: number };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays?: number };
}

function lifecycleDays(inputs: Inputs) {
  const rules = ((inputs["rules"] as readonly LifecycleRule[] | undefined) ?? []).filter(
    ({ status }) => status === "Enabled",
  );
  const least = (days: (rule: LifecycleRule) => number | undefined) =>
    Math.min(Infinity, ...rules.map((rule) => days(rule) ?? Infinity));
  return {
    expire: least((rule) => rule.expiration?.days),
    noncurrent: least((rule) => rule.noncurrentVersionExpiration?.noncurrentDays),
  };
}

/** Guards that a change takes away. */
function unguarded(before: GraphResource, after: GraphResource): readonly Finding[] {
  const guards = lossWith(after) === undefined ? [] : heldGuards(before, after);
  if (after.type === VERSIONING && versioned(before.inputs) && !versioned(after.inputs)) {
    guards.push("versioning is off: what is overwritten or deleted from now on is gone");
  }
  if (guards.length === 0) return [];
  return [{ severity: "unguarded", what: `nothing is lost yet, but a guard goes: ${guards.join("; ")}.` }];
}

function heldGuards(before: GraphResource, after: GraphResource): string[] {
  const was = (key: string, value: boolean) => before.inputs[key] === value && after.inputs[key] !== value;
  return [
    ...(before.protect && !after.protect ? ["protect is off"] : []),
    ...(was("deletionProtection", true) ? ["deletionProtection is off"] : []),
    ...(was("forceDestroy", false) ? ["forceDestroy is on: a deletion takes the objects along"] : []),
    ...(was("deleteContentsOnDestroy", false)
      ? ["deleteContentsOnDestroy is on: a deletion takes the tables along"]
      : []),
  ];
}

function versioned(inputs: Inputs): boolean {
  return (inputs["versioningConfiguration"] as Inputs | undefined)?.["status"] === "Enabled";
}

function numberAt(inputs: Inputs | undefined, key: string): number | undefined {
  const value = inputs?.[key];
  return typeof value === "number" ? value : undefined;
}
