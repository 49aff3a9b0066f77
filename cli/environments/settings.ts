/** A resolved configuration as a list of settings, by the names that stack files use. Pure. */
import type { FieldInfo } from "../../infra/config/fields.ts";
import { infoAt } from "../../infra/config/walk.ts";
import type { Environment } from "./read-environment.ts";

/** One setting of an environment. */
export interface Setting {
  /** Below `sluice:`: `backends.warehouse.memoryMb`. */
  readonly path: string;
  /** JSON data; `undefined` for what is off, never or none. */
  readonly value: unknown;
  /** What is shown: JSON, or a word such as never; `(encrypted)` or `(hidden)` for what may not be seen. */
  readonly text: string;
  /** Whether the stack file leaves it to its default. */
  readonly isDefault: boolean;
  /** Why its value is not shown, if it is not. */
  readonly masked: "encrypted" | "hidden" | undefined;
}

/** What stands in the configuration and is no setting: the names of project and stack, and of a backend's entry. */
const NO_SETTING = /^(?:project|environment|backends\.[^.]+\.name)$/;

/** Every setting of an environment with its value, defaults included, in order of path. */
export function settingsOf({ config, written, encrypted }: Environment): readonly Setting[] {
  const { backends, ...rest } = config;
  const byName = Object.fromEntries(backends.map((backend) => [backend.name, backend]));
  return leaves({ ...rest, backends: byName }, "")
    .filter(({ path }) => !NO_SETTING.test(path))
    .map(({ path, value }) => {
      const { info } = infoAt(path.split("."));
      const masked = encrypted.has(path) ? "encrypted" : info.hidden === true ? "hidden" : undefined;
      const text = masked === undefined ? textOf(value, info) : `(${masked})`;
      return { path, value, text, isDefault: !written.has(path), masked } as const;
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

function leaves(value: unknown, path: string): readonly { readonly path: string; readonly value: unknown }[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, path === "" ? key : `${path}.${key}`));
}

function textOf(value: unknown, { type, default: otherwise }: FieldInfo): string {
  if (typeof value === "string") return value === "" ? '""' : value;
  if (Array.isArray(value)) return value.length === 0 ? "[]" : value.join(", ");
  if (value !== undefined) return JSON.stringify(value);
  return type.includes("never") ? "never" : (otherwise ?? "none").replaceAll("`", "");
}
