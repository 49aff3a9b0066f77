/**
 * What a deployment needs to do with each type that the program declares on Google Cloud. Pure.
 * Permissions: https://cloud.google.com/iam/docs/permissions-reference
 */
import type { Graph } from "../../local/graph.ts";
import { type Purpose, UnknownRightsError } from "./aws-policy.ts";

/** Permissions to look, and to make, change and delete. */
interface TypePermissions {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

const named = (kind: string, verbs: string): string[] => verbs.split(" ").map((verb) => `${kind}.${verb}`);

/** By type token. A deployment disables no service, so nothing here does. */
export const GOOGLE_RIGHTS: Readonly<Record<string, TypePermissions>> = {
  "gcp:bigquery/dataset:Dataset": {
    read: ["bigquery.datasets.get"],
    write: named("bigquery.datasets", "create delete update"),
  },
  "gcp:bigquery/table:Table": {
    read: ["bigquery.tables.get"],
    // Whoever makes a view must be allowed to read what it shows: https://cloud.google.com/bigquery/docs/views#required_permissions
    write: named("bigquery.tables", "create delete getData update"),
  },
  "gcp:bigquery/routine:Routine": {
    read: ["bigquery.routines.get"],
    write: named("bigquery.routines", "create delete update"),
  },
  "gcp:bigquery/iamMember:IamMember": {
    read: ["bigquery.tables.getIamPolicy"],
    write: ["bigquery.tables.setIamPolicy"],
  },
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": {
    read: ["iam.workloadIdentityPools.get"],
    write: named("iam.workloadIdentityPools", "create delete undelete update"),
  },
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
    read: ["iam.workloadIdentityPoolProviders.get"],
    write: named("iam.workloadIdentityPoolProviders", "create delete undelete update"),
  },
  "gcp:projects/iAMCustomRole:IAMCustomRole": {
    read: ["iam.roles.get"],
    write: named("iam.roles", "create delete undelete update"),
  },
  "gcp:projects/service:Service": {
    read: named("serviceusage.services", "get list"),
    write: ["serviceusage.services.enable"],
  },
  "gcp:serviceaccount/account:Account": {
    read: ["iam.serviceAccounts.get"],
    write: named("iam.serviceAccounts", "create delete update"),
  },
  "gcp:serviceaccount/iAMMember:IAMMember": {
    read: ["iam.serviceAccounts.getIamPolicy"],
    write: ["iam.serviceAccounts.setIamPolicy"],
  },
};

/** Permissions of a role for what a graph declares, in order. Throws an UnknownRightsError for a type that the table does not have. */
export function googlePermissions(graph: Graph, purpose: Purpose): readonly string[] {
  // A deployment is verified by queries; getData stands with the tables.
  const permissions = new Set([
    "resourcemanager.projects.get",
    ...(purpose === "deploy" ? ["bigquery.jobs.create"] : []),
  ]);
  for (const { type, name } of graph.resources) {
    if (!type.startsWith("gcp:")) continue;
    const rights = GOOGLE_RIGHTS[type];
    if (rights === undefined) throw new UnknownRightsError(name, type);
    const wanted = purpose === "read" ? rights.read : [...rights.read, ...rights.write];
    for (const permission of wanted) permissions.add(permission);
  }
  return [...permissions].sort();
}
