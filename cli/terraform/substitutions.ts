/**
 * What an older provider lacks, and what stands in its place: the only differences between the program and its export.
 * docs/terraform.md has the same list for readers; a test holds the two together.
 */
import { UsageError } from "../errors.ts";
import type { Properties } from "./properties.ts";

/** Major versions of hashicorp/aws that can be exported for. */
export const AWS_PROVIDERS = ["5", "6"] as const;

/** One of them. */
export type AwsProvider = (typeof AWS_PROVIDERS)[number];

/**
 * Version constraints. 6.21 is the first with `nodejs24.x`, after `max_record_size_in_kib` in 6.20 and a consumer's tags in 6.2:
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md
 */
export const AWS_VERSIONS: Readonly<Record<AwsProvider, string>> = { "5": "~> 5.100", "6": "~> 6.21" };

/** What becomes of a property; refused where nothing can stand in its place. */
type Outcome =
  | { readonly kind: "replaced"; readonly value: unknown }
  | { readonly kind: "left out" | "kept" }
  | { readonly kind: "refused"; readonly reason: string };

/** One rule. */
export interface Substitution {
  /** Terraform's type; `aws_*` for all of them. */
  readonly type: string;
  /** Top-level property, in Terraform's name. */
  readonly property: string;
  /** What is done and why, for readers. */
  readonly rule: string;
  readonly outcome: (value: unknown, provider: Properties) => Outcome;
}

const KEPT: Outcome = { kind: "kept" };
const LEFT_OUT: Outcome = { kind: "left out" };

/** What provider 5 lacks of what the program declares. */
export const SUBSTITUTIONS: readonly Substitution[] = [
  {
    type: "aws_lambda_function",
    property: "runtime",
    rule: "`nodejs24.x` becomes `nodejs22.x`",
    outcome: (value) => (value === "nodejs24.x" ? { kind: "replaced", value: "nodejs22.x" } : KEPT),
  },
  {
    type: "aws_*",
    property: "region",
    rule: "left out where it is the provider's region, otherwise refused",
    outcome(value, provider) {
      if (value === provider["region"]) return LEFT_OUT;
      return { kind: "refused", reason: `without it would be the provider's, ${String(provider["region"])}` };
    },
  },
  {
    type: "aws_kinesis_stream",
    property: "max_record_size_in_kib",
    rule: "left out at 1,024, which is AWS's default, otherwise refused",
    outcome: (value) => (value === 1024 ? LEFT_OUT : { kind: "refused", reason: "without it would be 1024" }),
  },
  {
    type: "aws_kinesis_stream_consumer",
    property: "tags",
    rule: "left out: a consumer has no tags there",
    outcome: () => LEFT_OUT,
  },
];

/** A resource's properties, and what of them was changed: one line each. */
export interface Substituted {
  readonly properties: Properties;
  readonly changes: readonly string[];
}

/**
 * Applies the rules to a resource. Throws a UsageError that names resource and property where a rule refuses.
 *
 * @param provider the AWS provider's own properties
 */
export function substitute(
  { type, name, properties }: { readonly type: string; readonly name: string; readonly properties: Properties },
  provider: Properties,
): Substituted {
  const result: Properties = { ...properties };
  const changes: string[] = [];
  for (const { property, outcome } of SUBSTITUTIONS.filter((rule) => appliesTo(rule, type))) {
    if (!(property in properties)) continue;
    const value = properties[property];
    const what = `${type}.${name}: ${property}`;
    const decided = outcome(value, provider);
    switch (decided.kind) {
      case "kept":
        break;
      case "left out":
        delete result[property];
        changes.push(`${what} left out`);
        break;
      case "replaced":
        result[property] = decided.value;
        changes.push(`${what} ${String(value)} → ${String(decided.value)}`);
        break;
      case "refused":
        throw new UsageError(
          `${what} is ${String(value)}, and ${decided.reason}; hashicorp/aws 5 does not have the property`,
          { hint: "Export with --aws-provider 6, or change the stack's configuration." },
        );
    }
  }
  return { properties: result, changes };
}

function appliesTo({ type }: Substitution, resourceType: string): boolean {
  return type === resourceType || (type === "aws_*" && resourceType.startsWith("aws_"));
}
