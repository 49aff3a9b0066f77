/** Who may do what: permissions through roles and bindings. Pure but for the registry it reads. */
import type { GoogleRegistry } from "./registry.ts";

/**
 * Predefined roles that matter here, with the permissions that do. A role that is in neither list grants nothing.
 * https://cloud.google.com/iam/docs/roles-permissions/iam
 */
const PREDEFINED: Readonly<Record<string, readonly string[]>> = {
  "roles/iam.workloadIdentityUser": ["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"],
  "roles/iam.serviceAccountTokenCreator": ["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"],
};

/** Whether one of the members has the permission on the resource, by a binding there or above it. */
export function isGranted(
  registry: GoogleRegistry,
  members: readonly string[],
  permission: string,
  resource: string,
): boolean {
  for (const binding of registry.bindings.values()) {
    if (binding.resource !== resource && !resource.startsWith(`${binding.resource}/`)) continue;
    if (!members.includes(binding.member)) continue;
    if ((registry.roles.get(binding.role) ?? PREDEFINED[binding.role])?.includes(permission)) return true;
  }
  return false;
}

/** The member names under which a federated caller may be bound: itself, each of its attributes, and its whole pool. */
export function federatedMembers(pool: string, attributes: ReadonlyMap<string, string>): string[] {
  const members = [`principalSet://iam.googleapis.com/${pool}/*`];
  for (const [name, value] of attributes) {
    if (name === "google.subject") members.push(`principal://iam.googleapis.com/${pool}/subject/${value}`);
    if (name.startsWith("attribute.")) members.push(`principalSet://iam.googleapis.com/${pool}/${name}/${value}`);
  }
  return members;
}
