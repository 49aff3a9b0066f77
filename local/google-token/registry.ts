/** What of Google's IAM the stack declares: plain data, filled as resources are made and emptied as they are deleted. */

/** A workload identity pool provider for one AWS account. */
export interface WorkloadIdentityProvider {
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`. */
  readonly name: string;
  /** The only account whose callers are taken. */
  readonly awsAccountId: string;
  /** Expressions by what they give: `google.subject` and `attribute.…`. */
  readonly attributeMapping: Readonly<Record<string, string>>;
  /** `undefined` lets every caller of the account in. */
  readonly attributeCondition: string | undefined;
  readonly disabled: boolean;
}

/** Who may do what with a resource and all below it. */
export interface Binding {
  /** `projects/P`, `projects/P/serviceAccounts/EMAIL`, `projects/P/datasets/D` or `projects/P/datasets/D/tables/T`. */
  readonly resource: string;
  /** `roles/…` or `projects/P/roles/ID`. */
  readonly role: string;
  /** `serviceAccount:EMAIL`, `principal://…/subject/S` or `principalSet://…/attribute.A/V`. */
  readonly member: string;
}

/** All of it. Keys are names where there is one, and anything unique for bindings. */
export interface GoogleRegistry {
  readonly providers: Map<string, WorkloadIdentityProvider>;
  /** By e-mail. */
  readonly serviceAccounts: Map<string, { readonly email: string; readonly projectId: string }>;
  /** Permissions of custom roles, by `projects/P/roles/ID`. */
  readonly roles: Map<string, readonly string[]>;
  readonly bindings: Map<string, Binding>;
}

/** A registry with nothing in it. */
export function emptyGoogleRegistry(): GoogleRegistry {
  return { providers: new Map(), serviceAccounts: new Map(), roles: new Map(), bindings: new Map() };
}

/** Full name of a service account. */
export function serviceAccountResource(projectId: string, email: string): string {
  return `projects/${projectId}/serviceAccounts/${email}`;
}

/** Full name of a table. */
export function tableResource(projectId: string, dataset: string, table: string): string {
  return `projects/${projectId}/datasets/${dataset}/tables/${table}`;
}
