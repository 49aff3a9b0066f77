/** What a change of a resource's inputs comes to: an update in place, or another resource. Pure. */
import { type ResourceRules, forcesReplacement } from "../../infra/replacing-properties.ts";
import { type Properties, isStructure, sameValue, valueOf } from "./values.ts";

/** How one property changes. */
export interface PropertyChange {
  /** Path as the engine writes it: `tags["cost centre"]`, `metricQueries[0].expression`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  /** Whether no cloud changes it in place. */
  readonly replaces: boolean;
}

/** What a change comes to. */
export interface ResourceDiff {
  readonly changes: readonly PropertyChange[];
  /** Whether the old one must go before the new one can come: both would have the same name. */
  readonly deleteBeforeReplace: boolean;
}

/** Compares the inputs of a resource before and after. Values that are not known yet count as changed. */
export function diffInputs(rules: ResourceRules, before: Properties, after: Properties): ResourceDiff {
  const changes = changesWithin(before, after, []).map(({ keys, kind }): PropertyChange => {
    const replaces = forcesReplacement(rules, keys, before, after);
    return { path: pathText(keys), kind, replaces };
  });
  const replaces = changes.some((change) => change.replaces);
  const { physicalName } = rules;
  const keepsName = physicalName !== undefined && sameValue(before[physicalName], after[physicalName]);
  return { changes, deleteBeforeReplace: replaces && keepsName };
}

type Key = string | number;
interface Change extends Pick<PropertyChange, "kind"> {
  readonly keys: readonly Key[];
}

function changesWithin(before: unknown, after: unknown, keys: readonly Key[]): Change[] {
  if (sameValue(before, after)) return [];
  if (before === undefined) return [{ keys, kind: "add" }];
  if (after === undefined) return [{ keys, kind: "delete" }];
  if (isStructure(before) && isStructure(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesWithin(valueOf(before, key), valueOf(after, key), [...keys, key]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => changesWithin(before[index], after[index], [...keys, index])).flat();
  }
  return [{ keys, kind: "update" }];
}

const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;

/** https://www.pulumi.com/docs/iac/concepts/miscellaneous/property-paths/ */
function pathText(keys: readonly Key[]): string {
  return keys
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      if (PLAIN_KEY.test(key)) return index === 0 ? key : `.${key}`;
      return `[${JSON.stringify(key)}]`;
    })
    .join("");
}
