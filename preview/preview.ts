/** A preview: all that a change does to one environment, or to several. Pure. */
import type { DeclaredLoad } from "../infra/stack-config.ts";
import type { Graph } from "../local/graph.ts";
import { ofType } from "../local/graph.ts";
import { SERVICE_TIMES, type ServiceTimes } from "../model/service-times.ts";
import { type AccessChange, accessChanges } from "./access.ts";
import type { ResourceChange } from "./change.ts";
import { type DataFinding, dataFindings } from "./data.ts";
import type { EngineVerdict } from "./engine.ts";
import { deliveryNotes, tooManyShards } from "./delivery.ts";
import { differenceOf } from "./difference.ts";
import {
  type BeforeAfter,
  type Capacity,
  type CodeSize,
  type MonthlyCost,
  assumedLoad,
  capacityOf,
  codeSizes,
  monthlyCost,
  monthlyLoad,
} from "./figures.ts";
import { type PolicyChange, type PolicyFinding, policyChange } from "./finding.ts";
import { pricedGraph } from "./priced-graph.ts";

/** One side of an environment. */
export interface Side {
  readonly graph: Graph;
  /** Load that its stack file declares. */
  readonly load?: DeclaredLoad;
  readonly findings?: readonly PolicyFinding[];
}

/** Both sides of an environment; at least one is there. */
export interface Sides {
  readonly stack: string;
  readonly before: Side | undefined;
  readonly after: Side | undefined;
  /** What Pulumi's engine says of each resource, where it was asked. */
  readonly verdicts?: ReadonlyMap<string, EngineVerdict>;
  /** Service times that capacity and price are reckoned with; the published ones unless given. */
  readonly times?: ServiceTimes;
}

/** Why the later revision of a stack cannot be deployed. */
export interface Failure {
  /** Each in words: a setting with its rule and cure, or what a program that fails says. */
  readonly problems: readonly { readonly where?: string; readonly what: string }[];
  /** The program's message and stack, where it is not the configuration that is refused. */
  readonly trace?: string;
}

/** What a change does to one environment. */
export interface EnvironmentPreview {
  readonly stack: string;
  /** Where there is one, nothing else is known: the rest says that all stays as the base has it. */
  readonly failure?: Failure;
  /** Whether the change takes the stack's file away: nothing is deployed or deleted then. */
  readonly abandoned: boolean;
  readonly changes: readonly ResourceChange[];
  readonly data: readonly DataFinding[];
  readonly delivery: readonly string[];
  readonly access: readonly AccessChange[];
  readonly policy: PolicyChange;
  /** Load that both sides are priced at. */
  readonly load: DeclaredLoad & { readonly assumed: boolean };
  readonly cost: BeforeAfter<MonthlyCost>;
  /** AWS regions of both sides, each once. */
  readonly regions: readonly string[];
  readonly capacity: BeforeAfter<Capacity>;
  readonly code: readonly CodeSize[];
  /** What is declared afterwards, to be drawn. */
  readonly graph: Graph | undefined;
}

/** A whole preview. */
export interface Preview {
  /** What the change is compared with, as people call it: `HEAD~1 (1a2b3c4)`. */
  readonly base: string;
  /** The change: `the working tree`. */
  readonly head: string;
  /** Whether it is Pulumi's engine that compared, with the state in place of a base. */
  readonly engine?: boolean;
  readonly environments: readonly EnvironmentPreview[];
}

/** Works out what a change does to an environment. */
export function previewOf({ stack, before, after, verdicts, times = SERVICE_TIMES }: Sides): EnvironmentPreview {
  // A stack whose file is gone is not deployed any more, which deletes nothing.
  const changes = after === undefined ? [] : differenceOf(before?.graph, after.graph, verdicts);
  const old = before && pricedGraph(before.graph, times);
  const now = after && pricedGraph(after.graph, times);
  // One load for both sides, so that the difference is the change's: what the later revision declares.
  const declared = after?.load ?? before?.load;
  const smaller = Math.min(...[old, now].map((side) => side?.stream.shards ?? Infinity));
  const load = declared ?? assumedLoad(Number.isFinite(smaller) ? smaller : 1);
  const month = monthlyLoad(load);
  return {
    stack,
    abandoned: after === undefined,
    changes,
    data: dataFindings(changes),
    delivery: deliveryNotes(changes, before?.graph, after?.graph, load.recordsPerSecond),
    access: after === undefined ? [] : accessChanges(before?.graph, after.graph),
    policy: policyChange(before?.findings ?? [], after?.findings ?? []),
    load: { ...load, assumed: declared === undefined },
    cost: { before: old && monthlyCost(old, month), after: now && monthlyCost(now, month) },
    regions: [...new Set([before, after].flatMap((side) => (side === undefined ? [] : regionsOf(side.graph))))],
    capacity: { before: old && capacityOf(old, month), after: now && capacityOf(now, month) },
    code: after === undefined ? [] : codeSizes(before?.graph, after.graph),
    graph: after?.graph,
  };
}

/** The preview of a stack whose later revision cannot be deployed: nothing is changed by it. */
export function failedPreview(stack: string, base: Side | undefined, failure: Failure): EnvironmentPreview {
  return { ...previewOf({ stack, before: base, after: base }), abandoned: false, failure };
}

function regionsOf(graph: Graph): readonly string[] {
  return ofType(graph, "pulumi:providers:aws").map(({ inputs }) => String(inputs["region"]));
}

/** Whether a change takes data, or would if nothing stopped it. */
export function losesData({ environments }: Preview): boolean {
  return environments.some(({ data }) => data.some(({ severity }) => severity === "lost" || severity === "refused"));
}

/** Whether a mandatory policy is violated, by the change or before it. */
export function violatesPolicy({ environments }: Preview): boolean {
  return environments.some(({ policy }) =>
    [...policy.new, ...policy.standing].some(({ severity }) => severity === "mandatory"),
  );
}

/**
 * Stacks of whose streams Kinesis would refuse the new shard count. Only where the engine has told the count that there is: a base says what was
 * declared, and `sluice tune apply --write` declares what has been applied.
 */
export function beyondResharding({ engine, environments }: Preview): readonly string[] {
  if (engine !== true) return [];
  return environments.filter(({ changes }) => changes.some(tooManyShards)).map(({ stack }) => stack);
}
