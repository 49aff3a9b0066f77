/** How two environments differ in what they come to. Pure. */
import type { Environment } from "./read-environment.ts";
import { type Setting, settingsOf } from "./settings.ts";

/** A setting in which two environments differ; `undefined` where one of them has no such setting. */
export interface SettingDifference {
  readonly path: string;
  readonly from: Setting | undefined;
  readonly to: Setting | undefined;
}

/** How one environment differs from another. */
export interface EnvironmentDifference {
  readonly from: string;
  readonly to: string;
  readonly differences: readonly SettingDifference[];
  /** Settings that are encrypted in both, which nobody without the keys can compare. */
  readonly notCompared: readonly string[];
  /** Number of settings in which they agree. */
  readonly same: number;
}

/** Compares resolved configurations, defaults included: a default that is written out is no difference. */
export function environmentDifference(from: Environment, to: Environment): EnvironmentDifference {
  const [before, after] = [byPath(from), byPath(to)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const pairs = paths.map((path) => ({ path, from: before.get(path), to: after.get(path) }));
  const unknown = pairs.filter((pair) => pair.from?.masked === "encrypted" && pair.to?.masked === "encrypted");
  const known = pairs.filter((pair) => !unknown.includes(pair));
  const differences = known.filter(differs);
  return {
    ...{ from: from.name, to: to.name, differences },
    notCompared: unknown.map(({ path }) => path),
    same: known.length - differences.length,
  };
}

function byPath(environment: Environment): ReadonlyMap<string, Setting> {
  return new Map(settingsOf(environment).map((setting) => [setting.path, setting]));
}

function differs({ from, to }: SettingDifference): boolean {
  if (from === undefined || to === undefined) return true;
  if (from.masked === "encrypted" || to.masked === "encrypted") return true;
  return JSON.stringify(from.value) !== JSON.stringify(to.value);
}
