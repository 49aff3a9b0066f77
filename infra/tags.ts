/** Tags of AWS resources and labels of Google's, by which costs are told apart. Pure. */
import type { Grant, StackConfig } from "./stack-config.ts";

/** Value of `backend` for what belongs to no one backend; no backend may be called so. */
export const SHARED = "shared";

/**
 * The tag of what a grant gives access to: the one backend that holds it, and its storage is part of its cost. With several holders it is
 * nobody's own, and the providers' default stands.
 */
export function ownerTag({ backends }: Pick<StackConfig, "backends">, grant: Grant): Readonly<Record<string, string>> {
  const [holder, ...others] = backends.filter((backend) => backend.grants.includes(grant));
  return holder === undefined || others.length > 0 ? {} : { backend: holder.name };
}
