/** What a bootstrap leaves to whoever owns the repository, as lines. Pure. */
import type { StackConfig } from "../../infra/stack-config.ts";
import type { Purpose } from "./aws-policy.ts";
import { CI_POOL, CI_PROVIDER, type Repository, ciAccount, ciRole, githubEnvironment, stateUrls } from "./names.ts";

/** Which cloud was bootstrapped. */
export type Cloud = "aws" | "google";

/** Settings of the repository that the workflows read, none of them a secret, and what only its owner can decide. */
export function afterwards(config: StackConfig, { fullName }: Repository, cloud: Cloud): readonly string[] {
  const { environment } = config;
  const { secrets, backend } = stateUrls(config);
  const variables = (["deploy", "read"] as const).flatMap((purpose) => {
    const name = githubEnvironment(config, purpose);
    return Object.entries(settings(config, cloud, purpose)).map(
      ([variable, value]) => `gh variable set ${variable} --repo ${fullName} --env ${name} --body '${value}'`,
    );
  });
  return [
    "Then, on GitHub (gh is its command-line tool):",
    ...(["deploy", "read"] as const).map(
      (purpose) => `gh api --method PUT repos/${fullName}/environments/${githubEnvironment(config, purpose)}`,
    ),
    ...variables,
    `In the settings of environment ${environment}: deployments from branch main only, and who has to approve.`,
    `gh variable set SLUICE_DEPLOY --repo ${fullName} --body on     # once every environment is ready`,
    ...(cloud === "google"
      ? []
      : [
          "And the stack, once; it writes secretsprovider and encryptedkey into the stack file, which is to be committed:",
          `pulumi login '${backend}'`,
          `pulumi stack init ${environment} --secrets-provider '${secrets}'`,
        ]),
  ];
}

function settings(config: StackConfig, cloud: Cloud, purpose: Purpose): Readonly<Record<string, string>> {
  const { aws, google } = config;
  if (cloud === "aws") {
    return {
      AWS_ROLE: `arn:aws:iam::${aws.accountId}:role/${ciRole(config, purpose)}`,
      AWS_REGION: aws.region,
      PULUMI_STATE: stateUrls(config).backend,
    };
  }
  const pool = `projects/${google.projectNumber}/locations/global/workloadIdentityPools/${CI_POOL}`;
  return {
    GOOGLE_PROVIDER: `${pool}/providers/${CI_PROVIDER}`,
    GOOGLE_ACCOUNT: `${ciAccount(config, purpose)}@${google.projectId}.iam.gserviceaccount.com`,
  };
}
