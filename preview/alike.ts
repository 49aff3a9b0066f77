/** Which changes of a page are one line, since the same happens to each of their resources. Pure. */
import type { ResourceChange } from "./change.ts";

/** Last part of the names of a family of resources: `-0` to `-f`. */
const MEMBER = /-([0-9a-f])$/;

/** Resources of one type to which the same happens, together; what differs between them may be their own place in a family. */
export function alikeOf(changes: readonly ResourceChange[]): readonly (readonly ResourceChange[])[] {
  const groups = new Map<string, ResourceChange[]>();
  for (const change of changes) {
    const { type, name, formerName, deletedFirst } = change;
    const { replacedWith, properties } = ofFamily(change);
    const key = JSON.stringify([type, replacedWith, deletedFirst, properties, formerName !== undefined && name]);
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

/** A change as it is for all of a family: `warehouse-data-0` goes with `warehouse-data-*`, and its name in the cloud `player_log_0` is `player_log_*`. */
export function ofFamily({
  name,
  replacedWith,
  properties,
}: ResourceChange): Pick<ResourceChange, "replacedWith" | "properties"> {
  const member = MEMBER.exec(name)?.[1];
  const general = (value: string | undefined) =>
    member === undefined ? value : value?.replace(new RegExp(`([_-])${member}(?![0-9A-Za-z_-])`, "g"), "$1*");
  return {
    ...(replacedWith !== undefined && { replacedWith: replacedWith.replace(MEMBER, "-*") }),
    properties: properties.map((property) => ({
      ...property,
      before: general(property.before),
      after: general(property.after),
    })),
  };
}
