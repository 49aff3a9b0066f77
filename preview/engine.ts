/** What Pulumi's own engine says of a change: the digest of `pulumi preview --json --show-sames`, as two graphs and its verdicts. Pure. */
import type { Graph, GraphResource } from "../local/graph.ts";
import { SIGNATURE_KEY } from "../local/pulumi-values.ts";

/** What the engine says of one resource. */
export interface EngineVerdict {
  /** Inputs, at their top level, whose change replaces the resource. */
  readonly replacing: ReadonlySet<string>;
}

/** Both sides of a stack, by the engine: what its state holds, and what it would hold. */
export interface EngineSides {
  readonly before: Graph;
  readonly after: Graph;
  /** By URN; resources that do not differ have none. */
  readonly verdicts: ReadonlyMap<string, EngineVerdict>;
}

type Fields = Readonly<Record<string, unknown>>;

/** https://github.com/pulumi/pulumi/blob/master/pkg/display/json.go */
interface Digest {
  readonly steps?: readonly Step[];
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string }>> | null;
  readonly replaceReasons?: readonly string[] | null;
}

interface State {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom?: boolean;
  readonly inputs?: Fields;
  readonly outputs?: Fields;
  readonly parent?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly provider?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
}

/** Reads what the engine prints: lines of its own, then one JSON object. Throws an Error where there is none. */
export function engineSides(printed: string): EngineSides {
  const start = printed.startsWith("{") ? 0 : printed.indexOf("\n{") + 1;
  const end = printed.lastIndexOf("}");
  if (end < start) throw new Error("the engine has printed no digest");
  const { steps = [] } = JSON.parse(printed.slice(start, end + 1)) as Digest;
  const before = new Map<string, GraphResource>();
  const after = new Map<string, GraphResource>();
  const verdicts = new Map<string, EngineVerdict>();
  for (const { op, urn, oldState, newState, detailedDiff, replaceReasons } of steps) {
    if (oldState !== undefined && !before.has(urn)) before.set(urn, resourceOf(oldState));
    // What is only changed keeps what the cloud computed for it, which a preview leaves out.
    const kept =
      oldState === undefined || newState?.id !== undefined ? {} : { id: oldState.id, outputs: oldState.outputs };
    if (newState !== undefined && op !== "delete") after.set(urn, resourceOf({ ...newState, ...kept }));
    if (op === "same" || oldState === undefined || newState === undefined) continue;
    const replaced = Object.entries(detailedDiff ?? {}).filter(([, { kind }]) => kind.endsWith("-replace"));
    const paths = [...replaced.map(([path]) => path), ...(replaceReasons ?? [])];
    verdicts.set(urn, { replacing: new Set(paths.map((path) => path.split(/[.[]/)[0]!)) });
  }
  return { before: graphOf(before), after: graphOf(after), verdicts };
}

function graphOf(resources: ReadonlyMap<string, GraphResource>): Graph {
  return { resources: [...resources.values()], outputs: {} };
}

function resourceOf(state: State): GraphResource {
  const inputs = fieldsOf(state.inputs);
  return {
    urn: state.urn,
    type: state.type,
    name: state.urn.split("::").at(-1)!,
    inputs,
    outputs: { ...fieldsOf(state.outputs), ...inputs },
    id: state.id ?? "",
    ...(state.parent !== undefined && { parent: state.parent }),
    dependencies: state.dependencies ?? [],
    ...(state.propertyDependencies !== undefined && { propertyDependencies: state.propertyDependencies }),
    ...(state.provider !== undefined && { provider: state.provider }),
    protect: state.protect === true,
    deleteBeforeReplace: false,
    retainOnDelete: state.retainOnDelete === true,
    aliases: [],
    custom: state.custom === true,
    remote: false,
  };
}

/** Properties without what only the engine needs: its own defaults, and the insides of secrets and archives. */
function fieldsOf(properties: Fields = {}): Fields {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => key !== "__defaults" && key !== "version")
      .map(([key, value]) => [key, valueOf(value)]),
  );
}

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Fields;
  if (fields[SIGNATURE_KEY] === undefined) return fieldsOf(fields);
  return typeof fields["hash"] === "string" ? `content ${fields["hash"].slice(0, 12)}` : "(secret)";
}
