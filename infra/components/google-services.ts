import * as projects from "@pulumi/gcp/projects/index.js";
import * as pulumi from "@pulumi/pulumi";

/** APIs that the pipeline calls, at deployment and in operation. */
const SERVICES = [
  "bigquery.googleapis.com",
  "bigquerystorage.googleapis.com",
  "cloudresourcemanager.googleapis.com",
  "iam.googleapis.com",
  "iamcredentials.googleapis.com",
  "sts.googleapis.com",
];

/** Enables what the pipeline needs of a Google project. A destroy leaves it enabled: others may use it. */
export class GoogleServices extends pulumi.ComponentResource {
  /** Whatever is made in the project waits for these. */
  readonly services: readonly projects.Service[];

  constructor(name: string, args: { readonly projectId: string }, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:GoogleServices", name, {}, opts);
    this.services = SERVICES.map(
      (service) =>
        new projects.Service(
          `${name}-${service.split(".")[0]!}`,
          { project: args.projectId, service, disableOnDestroy: false },
          { parent: this },
        ),
    );
    this.registerOutputs({});
  }
}
