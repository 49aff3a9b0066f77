import * as bigquery from "@pulumi/gcp/bigquery/index.js";
import * as iam from "@pulumi/gcp/iam/index.js";
import * as projects from "@pulumi/gcp/projects/index.js";
import * as serviceaccount from "@pulumi/gcp/serviceaccount/index.js";
import * as pulumi from "@pulumi/pulumi";
import { assumedRoles, roleAttribute } from "../policies/google.ts";

/** All that appending to a default stream takes; dataEditor might delete tables too. */
const WRITER_PERMISSIONS = ["bigquery.tables.get", "bigquery.tables.updateData"];

/** Arguments of {@link Federation}. */
export interface FederationArgs {
  readonly projectId: string;
  /** Account that the functions run in. */
  readonly awsAccountId: string;
  /** Name of each function role that may write, by backend. */
  readonly roles: ReadonlyMap<string, string>;
  /** 6–30 characters. */
  readonly serviceAccountId: string;
  /** 4–32 characters; Google keeps the id of a deleted pool for 30 days. */
  readonly poolId: string;
  readonly providerId: string;
  /** Id of the custom role; Google keeps the id of a deleted one for 37 days. */
  readonly customRoleId: string;
  /** Tables that the service account may append to. */
  readonly tables: readonly bigquery.Table[];
}

/**
 * Lets functions of an AWS account write to the tables with no stored key: their roles may act as one service account,
 * which may append to the tables and nothing else.
 *
 *     const federation = new Federation("warehouse-access", { roles: new Map([["warehouse", "sluice-dev-warehouse-function"]]), … });
 *     new lambda.Function("…", { environment: { variables: { SLUICE_GOOGLE_AUDIENCE: federation.audience } } });
 */
export class Federation extends pulumi.ComponentResource {
  /** `//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/R`. */
  readonly audience: pulumi.Output<string>;
  readonly serviceAccountEmail: pulumi.Output<string>;
  /** What must be there before a function can write. */
  readonly permissions: readonly pulumi.Resource[];

  constructor(name: string, args: FederationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:Federation", name, {}, opts);
    const child = { parent: this };
    const project = args.projectId;

    const account = new serviceaccount.Account(
      `${name}-account`,
      { project, accountId: args.serviceAccountId, displayName: "Sluice: appends player-action rows" },
      child,
    );
    const pool = new iam.WorkloadIdentityPool(
      `${name}-pool`,
      { project, workloadIdentityPoolId: args.poolId, displayName: "Sluice functions on AWS" },
      child,
    );
    const provider = new iam.WorkloadIdentityPoolProvider(
      `${name}-provider`,
      {
        project,
        workloadIdentityPoolId: pool.workloadIdentityPoolId,
        workloadIdentityPoolProviderId: args.providerId,
        aws: { accountId: args.awsAccountId },
        attributeMapping: roleAttribute(),
        attributeCondition: assumedRoles([...args.roles.values()]),
      },
      child,
    );
    const writer = new projects.IAMCustomRole(
      `${name}-writer`,
      { project, roleId: args.customRoleId, title: "Sluice row appender", permissions: WRITER_PERMISSIONS },
      child,
    );

    const actAsAccount = [...args.roles].map(
      ([backend, role]) =>
        new serviceaccount.IAMMember(
          `${name}-${backend}`,
          {
            serviceAccountId: account.name,
            role: "roles/iam.workloadIdentityUser",
            member: pulumi.interpolate`principalSet://iam.googleapis.com/${pool.name}/attribute.aws_role/${role}`,
          },
          child,
        ),
    );
    const appendToTables = args.tables.map(
      (table, index) =>
        new bigquery.IamMember(
          `${name}-table-${index.toString(16)}`,
          {
            project,
            datasetId: table.datasetId,
            tableId: table.tableId,
            role: writer.name,
            member: pulumi.interpolate`serviceAccount:${account.email}`,
          },
          child,
        ),
    );

    this.audience = pulumi.interpolate`//iam.googleapis.com/${provider.name}`;
    this.serviceAccountEmail = account.email;
    this.permissions = [provider, ...actAsAccount, ...appendToTables];
    this.registerOutputs({ audience: this.audience, serviceAccountEmail: this.serviceAccountEmail });
  }
}
