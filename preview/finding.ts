/** What a policy rule says about a graph, as previews show it. The rules are their own room's; here they arrive as findings. */

/** One violation. */
export interface PolicyFinding {
  /** Name of the rule: `bucket-encryption`. */
  readonly rule: string;
  /** `mandatory` stops a deployment, `advisory` does not. */
  readonly severity: "advisory" | "mandatory";
  /** Logical name of the resource. */
  readonly resource: string;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
  /** Where it is explained. */
  readonly link: string;
}

/** What a change does to the findings. */
export interface PolicyChange {
  /** Those that the base does not have, mandatory first. */
  readonly new: readonly PolicyFinding[];
  readonly solved: readonly PolicyFinding[];
  /** Those of both. */
  readonly standing: readonly PolicyFinding[];
}

/** Compares the findings of both sides. */
export function policyChange(before: readonly PolicyFinding[], after: readonly PolicyFinding[]): PolicyChange {
  const keyOf = ({ rule, resource, message }: PolicyFinding) => JSON.stringify([rule, resource, message]);
  const [old, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const fresh = after.filter((finding) => !old.has(keyOf(finding)));
  return {
    new: [
      ...fresh.filter(({ severity }) => severity === "mandatory"),
      ...fresh.filter(({ severity }) => severity !== "mandatory"),
    ],
    solved: before.filter((finding) => !now.has(keyOf(finding))),
    standing: after.filter((finding) => old.has(keyOf(finding))),
  };
}
