/**
 * Which properties no cloud changes in place, for every type that the program declares: with another value the resource is another
 * one. The SDKs do not say it; the sources of the Terraform providers that Pulumi's are made of do (`ForceNew`, and the functions
 * that decide while planning). Pure.
 */

/** What is known of a type. */
export interface ResourceRules {
  /** Properties, by dotted path without list positions, that force a replacement when they or a part of them change. */
  readonly replacing: readonly string[];
  /** Property that is the resource's name in its cloud: with the same name the old one has to go before the new one can come. */
  readonly physicalName?: string;
  /** Of the properties that force a replacement only sometimes: whether this change does. */
  readonly sometimes?: Readonly<Record<string, (before: unknown, after: unknown) => boolean>>;
}

type Key = string | number;
type Properties = Readonly<Record<string, unknown>>;

/** Rules of every declared type, by its token. */
export const REPLACING_PROPERTIES: Readonly<Record<string, ResourceRules>> = {
  "aws:kinesis/stream:Stream": { replacing: ["name"], physicalName: "name" },
};

const UNKNOWN_TYPE: ResourceRules = { replacing: [] };

/** Rules of a type; for one that is not listed, nothing is known to force a replacement. */
export function rulesOf(type: string): ResourceRules {
  return REPLACING_PROPERTIES[type] ?? UNKNOWN_TYPE;
}

/** Whether the change of one property, given by its path, makes another resource of the one with these inputs. */
export function forcesReplacement(
  rules: ResourceRules,
  path: readonly Key[],
  before: Properties,
  after: Properties,
): boolean {
  const changed = path.filter((key) => typeof key === "string");
  const [property] = changed;
  const sometimes = property === undefined ? undefined : rules.sometimes?.[property];
  if (sometimes?.(before[property!], after[property!]) === true) return true;
  return rules.replacing.some((listed) => {
    const keys = listed.split(".");
    return keys.slice(0, changed.length).every((key, index) => key === changed[index]);
  });
}
