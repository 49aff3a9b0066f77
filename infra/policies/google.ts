/** How Google tells which AWS role a caller has: expressions of the workload identity provider. */

/**
 * The role's name out of `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. The default subject, the whole ARN, passes
 * Google's 127 bytes with long names. https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings-and-conditions
 */
const ROLE_NAME = "assertion.arn.extract('assumed-role/{role}/')";

/** Attribute mapping: subject and attribute are the role's name. */
export function roleAttribute(): Record<string, string> {
  return { "google.subject": ROLE_NAME, "attribute.aws_role": ROLE_NAME };
}

/** Attribute condition: exactly these roles, whose names hold no quote (IAM allows none). */
export function assumedRoles(roles: readonly string[]): string {
  return `attribute.aws_role in [${roles.map((role) => `'${role}'`).join(", ")}]`;
}
