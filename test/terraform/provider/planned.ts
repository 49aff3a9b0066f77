import { isDeepStrictEqual } from "node:util";

/** What of an export's properties a plan does not have, by path. Values that Terraform has yet to learn are left out of the plan. */
export function notPlanned(expected: unknown, planned: unknown, path = ""): string[] {
  if (typeof expected === "string") {
    if (/(?<!\$)\$\{/.test(expected)) return [];
    // JSON documents come back in the provider's own order.
    const meant = expected.replaceAll(/\$(?=\$\{)|%(?=%\{)/g, "");
    return meant === planned || sameJson(meant, planned) ? [] : [`${path}: ${JSON.stringify(planned)} for ${meant}`];
  }
  if (Array.isArray(expected)) {
    // Sets have no order.
    const all = [...((planned ?? []) as unknown[]), undefined];
    return expected.flatMap((item, index) =>
      all.some((other) => notPlanned(item, other).length === 0) ? [] : [`${path}[${index}]`],
    );
  }
  if (typeof expected === "object" && expected !== null) {
    // A block that stands once is a list of one.
    const own = (Array.isArray(planned) ? planned[0] : planned) as Readonly<Record<string, unknown>> | undefined;
    return Object.entries(expected).flatMap(([key, value]) => notPlanned(value, own?.[key], `${path}.${key}`));
  }
  return expected === planned ? [] : [`${path}: ${JSON.stringify(planned)} for ${JSON.stringify(expected)}`];
}

function sameJson(one: string, other: unknown): boolean {
  if (!one.startsWith("{") || typeof other !== "string") return false;
  return isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
}
