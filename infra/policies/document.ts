/** IAM policy documents as plain data. Nothing here imports Pulumi: ARNs arrive as strings. */

/** Condition operators → condition keys → values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Who a resource policy or trust policy is about: a service, an AWS principal, or everyone (only in a Deny). */
export type Principal = "*" | { readonly Service: string } | { readonly AWS: string };

/** One statement. In an Allow no action holds `*`, and a resource at most as its last path segment (test/infra/invariants). */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Principal;
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Conditions;
}

/** A policy document as JSON text, in the version that knows policy variables. */
export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
