/** Names of what a bootstrap makes. Pure. */
import { NAME_LIMITS, joinParts, withinLimit } from "../../infra/names.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import { UsageError } from "../errors.ts";
import type { Purpose, State } from "./aws-policy.ts";

/** Where GitHub's identity tokens come from. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";

/** Pool and provider for the CI system in every Google project; the stack's own pool is another one. */
export const CI_POOL = "sluice-ci";
export const CI_PROVIDER = "github";

/** Longest subject that Google takes, in bytes. https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines */
const MAX_SUBJECT_BYTES = 127;

/** One of a kind in each account and region: all stacks there share it. The account makes it unique among all buckets. */
export function stateOf({ project, aws }: StackConfig): State {
  const bucket = withinLimit(`${project}-pulumi-state-${aws.accountId}-${aws.region}`, NAME_LIMITS.bucket);
  return { bucket, keyAlias: `alias/${project}-pulumi-state` };
}

/** What Pulumi calls the state, and the key of a stack's secrets. */
export function stateUrls(config: StackConfig): { readonly backend: string; readonly secrets: string } {
  const { bucket, keyAlias } = stateOf(config);
  const { region } = config.aws;
  return { backend: `s3://${bucket}?region=${region}`, secrets: `awskms://${keyAlias}?region=${region}` };
}

/** The role on AWS; no role of the program's ends like that. */
export function ciRole({ project, environment }: StackConfig, purpose: Purpose): string {
  return withinLimit(joinParts([project, environment, `ci-${purpose}`]), NAME_LIMITS.role);
}

/** The service account on Google Cloud, the part before `@`. */
export function ciAccount({ project, environment }: StackConfig, purpose: Purpose): string {
  return withinLimit(joinParts([project, environment, `ci-${purpose}`]), NAME_LIMITS.serviceAccount);
}

/** The custom role on Google Cloud. */
export function ciGoogleRole({ project, environment }: StackConfig, purpose: Purpose): string {
  const id = withinLimit(joinParts([project, environment, `ci-${purpose}`]), NAME_LIMITS.customRole);
  return id.replaceAll("-", "_");
}

/** The environment on GitHub whose jobs may be that role: the stack's own deploys, its other one reads. */
export function githubEnvironment({ environment }: StackConfig, purpose: Purpose): string {
  return purpose === "deploy" ? environment : `${environment}-read`;
}

/** A repository on GitHub, as its tokens name it. */
export interface Repository {
  /** `OWNER/NAME`, or `OWNER@ID/NAME@ID` where subjects hold ids. */
  readonly inSubject: string;
  readonly fullName: string;
  /** Known where the subject holds it. */
  readonly id: string | undefined;
}

/**
 * Reads `OWNER/NAME` or `OWNER@ID/NAME@ID`: repositories made since 2026 have subjects with ids, which nobody can take over with a name.
 * https://docs.github.com/en/actions/concepts/security/openid-connect Throws a UsageError.
 */
export function repositoryOf(text: string): Repository {
  const parts = /^([A-Za-z0-9-]+)(?:@(\d+))?\/([A-Za-z0-9._-]+)(?:@(\d+))?$/.exec(text);
  const [, owner, ownerId, name, id] = parts ?? [];
  if (owner === undefined || name === undefined || (ownerId === undefined) !== (id === undefined)) {
    throw new UsageError(`${text} is no repository`, { hint: "Write OWNER/NAME, or OWNER@ID/NAME@ID with both ids." });
  }
  return { inSubject: text, fullName: `${owner}/${name}`, id };
}

/** Subject of the tokens of an environment's jobs. Throws a UsageError for one that Google would refuse. */
export function subjectOf(repository: Repository, config: StackConfig, purpose: Purpose): string {
  const subject = `repo:${repository.inSubject}:environment:${githubEnvironment(config, purpose)}`;
  if (Buffer.byteLength(subject) > MAX_SUBJECT_BYTES) {
    throw new UsageError(`${subject} is longer than the ${MAX_SUBJECT_BYTES} bytes that Google takes for a subject`);
  }
  return subject;
}
