/** Which resources a change adds, changes, replaces and deletes. Pure. */
import { effectOfChange, forcesReplacement, rulesOf } from "../infra/replacing-properties.ts";
import type { Graph, GraphResource } from "../local/graph.ts";
import type { PropertyChange, ResourceChange } from "./change.ts";
import type { EngineVerdict } from "./engine.ts";
import { type Path, SECRET, differences, shownPair } from "./values.ts";

const AWS_PROVIDER = "pulumi:providers:aws";

/** AWS resources that have no region. */
const GLOBAL_TYPES = /^aws:iam\//;

/** A resource on both sides. */
interface Pair {
  readonly before: GraphResource;
  readonly after: GraphResource;
  readonly properties: readonly PropertyChange[];
  /** What replaces it: its own properties, or the resource it goes with. */
  replaced: "itself" | { readonly with: string } | undefined;
}

/**
 * Compares what two revisions declare for one stack; a side that does not have the stack declares nothing. Resources are told apart by their URNs
 * and by the aliases of the later revision, as the engine does it. What replaces a resource is the engine's word where it has given `verdicts`, and else
 * that of the table of replacing properties. In order: deleted, replaced, changed, added, each by type and name:
 * a graph's own order is that of registrations, which depends on what was resolved first.
 */
export function differenceOf(
  before: Graph | undefined,
  after: Graph | undefined,
  verdicts?: ReadonlyMap<string, EngineVerdict>,
): readonly ResourceChange[] {
  const old = new Map((before?.resources ?? []).map((resource) => [resource.urn, resource]));
  const pairs = new Map<string, Pair>();
  const added: GraphResource[] = [];
  for (const resource of after?.resources ?? []) {
    const urn = [resource.urn, ...resource.aliases].find((each) => old.has(each));
    if (urn === undefined) {
      added.push(resource);
      continue;
    }
    const was = old.get(urn)!;
    old.delete(urn);
    pairs.set(resource.urn, pairOf(was, resource, verdicts));
  }
  replaceDependents(pairs);
  const changes = [...pairs.values()]
    .filter(({ after }) => isShown(after))
    .map(changeOf)
    .filter((change) => change !== undefined);
  const side = (kind: "deleted" | "added") => (resource: GraphResource) => oneSided(kind, resource);
  return [
    [...old.values()].filter(isShown).map(side("deleted")),
    changes.filter(({ kind }) => kind === "replaced"),
    changes.filter(({ kind }) => kind === "changed"),
    added.filter(isShown).map(side("added")),
  ].flatMap((ofKind) => ofKind.sort(byTypeAndName));
}

function byTypeAndName(a: ResourceChange, b: ResourceChange): number {
  return a.type === b.type ? order(a.name, b.name) : order(a.type, b.type);
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The stack and the program's own components are only names for what is in them. */
function isShown({ custom, remote }: GraphResource): boolean {
  return custom || remote;
}

function oneSided(kind: "deleted" | "added", resource: GraphResource): ResourceChange {
  const { type, name } = resource;
  return { kind, type, name, properties: [], ...(kind === "deleted" ? { before: resource } : { after: resource }) };
}

function pairOf(
  before: GraphResource,
  after: GraphResource,
  verdicts: ReadonlyMap<string, EngineVerdict> | undefined,
): Pair {
  const rules = rulesOf(after.type);
  const effectOf = (path: Path): PropertyChange["effect"] => {
    if (verdicts === undefined) return effectOfChange(rules, path, before.inputs, after.inputs);
    return verdicts.get(after.urn)?.replacing.has(String(path[0])) === true ? "replaces" : "in place";
  };
  const readable = differences(masked(before), masked(after)).map(({ path, text, ...values }): PropertyChange => {
    const [old, now] = shownPair(values.before, values.after);
    return { path: text, before: old, after: now, effect: effectOf(path) };
  });
  // A secret is compared, and shown nowhere.
  const properties = [...readable, ...changedSecrets(before, after)];
  const replaced = properties.some(({ effect }) => effect === "replaces") ? "itself" : undefined;
  return { before, after, properties, replaced };
}

/** Inputs in which secrets are not readable. */
function masked({ inputs, secrets = [] }: GraphResource): Readonly<Record<string, unknown>> {
  return secrets.reduce<Readonly<Record<string, unknown>>>((fields, path) => withSecret(fields, path), inputs);
}

function withSecret(value: unknown, [key, ...rest]: readonly string[]): Readonly<Record<string, unknown>> {
  const fields = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  fields[key!] = rest.length === 0 ? SECRET : withSecret(fields[key!], rest);
  return fields;
}

function changedSecrets(before: GraphResource, after: GraphResource): readonly PropertyChange[] {
  const paths = (before.secrets ?? []).filter((path) => (after.secrets ?? []).some((other) => same(path, other)));
  return paths
    .filter((path) => !same(at(before, path), at(after, path)))
    .map((path): PropertyChange => ({
      path: path.join("."),
      before: "(secret)",
      after: "(another secret)",
      effect: effectOfChange(rulesOf(after.type), path, before.inputs, after.inputs),
    }));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function at({ inputs }: GraphResource, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], inputs);
}

/**
 * A resource goes with a replaced one where an input that forces a replacement is made of it, such as a table's dataset: the same name there means
 * another dataset. In another region are other resources, those of global services apart.
 */
function replaceDependents(pairs: ReadonlyMap<string, Pair>): void {
  const moved = new Set(
    [...pairs.values()]
      .filter(
        ({ after, properties }) => after.type === AWS_PROVIDER && properties.some(({ path }) => path === "region"),
      )
      .map(({ after }) => after.urn),
  );
  // Dependencies come before what depends on them.
  for (const pair of pairs.values()) {
    const { after } = pair;
    const provider = after.provider?.slice(0, after.provider.lastIndexOf("::"));
    if (
      pair.replaced === undefined &&
      provider !== undefined &&
      moved.has(provider) &&
      !GLOBAL_TYPES.test(after.type)
    ) {
      pair.replaced = { with: "the region of its provider" };
    }
    if (pair.replaced !== undefined) continue;
    const holder = heldBy(after).find((urn) => pairs.get(urn)?.replaced !== undefined);
    if (holder !== undefined) pair.replaced = { with: pairs.get(holder)!.after.name };
  }
}

/** URNs that inputs are made of which force a replacement. */
function heldBy({ type, inputs, propertyDependencies = {} }: GraphResource): readonly string[] {
  const rules = rulesOf(type);
  return Object.entries(propertyDependencies)
    .filter(([input]) => forcesReplacement(rules, [input], { ...inputs, [input]: undefined }, inputs))
    .flatMap(([, urns]) => urns);
}

function changeOf({ before, after, properties, replaced }: Pair): ResourceChange | undefined {
  const { type, name } = after;
  if (properties.length === 0 && replaced === undefined && before.name === name && same(guards(before), guards(after)))
    return undefined;
  const common = { type, name, before, after, properties, ...(before.name !== name && { formerName: before.name }) };
  if (replaced === undefined) {
    const shownProperties = [...properties, ...guardChanges(before, after)];
    return { ...common, properties: shownProperties, kind: "changed" };
  }
  const { physicalName } = rulesOf(type);
  const keepsName = physicalName !== undefined && same(before.inputs[physicalName], after.inputs[physicalName]);
  return {
    ...common,
    kind: "replaced",
    deletedFirst: after.deleteBeforeReplace || keepsName,
    ...(replaced !== "itself" && { replacedWith: replaced.with }),
  };
}

function guards({ protect, retainOnDelete }: GraphResource) {
  return { protect, retainOnDelete };
}

/** Options that guard a resource are no inputs, but count as much. */
function guardChanges(before: GraphResource, after: GraphResource): readonly PropertyChange[] {
  return (["protect", "retainOnDelete"] as const)
    .filter((option) => before[option] !== after[option])
    .map((option) => ({
      path: `(option) ${option}`,
      before: String(before[option]),
      after: String(after[option]),
      effect: "in place",
    }));
}
