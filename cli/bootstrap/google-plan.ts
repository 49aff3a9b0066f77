/** What a Google Cloud project needs once for a stack: APIs, a pool for GitHub's tokens, two service accounts with a role each. Pure. */
import type { StackConfig } from "../../infra/stack-config.ts";
import type { Graph } from "../../local/graph.ts";
import { afterwards } from "./afterwards.ts";
import type { Purpose } from "./aws-policy.ts";
import { googlePermissions } from "./google-rights.ts";
import {
  CI_POOL,
  CI_PROVIDER,
  GITHUB_ISSUER,
  type Repository,
  ciAccount,
  ciGoogleRole,
  githubEnvironment,
  subjectOf,
} from "./names.ts";
import { type Command, type Plan, type Step, sameJson } from "./step.ts";

const ABSENT = /NOT_FOUND|not found|does not exist/i;

/** What `pulumi up` itself calls before it can enable the rest. */
const FIRST_SERVICES = ["cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com"];

/** The plan for a stack's project. Throws an UnknownRightsError for a type whose permissions are not known. */
export function googlePlan(config: StackConfig, graph: Graph, repository: Repository): Plan {
  const { projectId, projectNumber } = config.google;
  const purposes = ["deploy", "read"] as const;
  return {
    guard: {
      command: gcloud(config, ["projects", "describe", projectId, "--format=value(projectNumber)"]),
      expected: projectNumber,
      what: `Logged in, and ${projectId} has the number that stack ${config.environment} says`,
    },
    steps: [
      services(config, graph),
      pool(config),
      provider(config, repository),
      ...purposes.flatMap((purpose) => [
        role(config, graph, purpose),
        account(config, purpose),
        grant(config, purpose),
        trust(config, repository, purpose),
      ]),
    ],
    afterwards: afterwards(config, repository, "google"),
  };
}

function gcloud({ google }: StackConfig, args: readonly string[]): Command {
  return { program: "gcloud", args: [...args, `--project=${google.projectId}`, "--quiet"] };
}

function services(config: StackConfig, graph: Graph): Step {
  const declared = graph.resources
    .filter(({ type }) => type === "gcp:projects/service:Service")
    .map(({ inputs }) => String(inputs["service"]));
  const wanted = [...new Set([...FIRST_SERVICES, ...declared])].sort();
  return {
    title: `APIs: ${wanted.join(", ")}`,
    check: gcloud(config, ["services", "list", "--enabled", "--format=value(config.name)"]),
    absent: /^$/,
    isDone: (output) => wanted.every((service) => output.split("\n").includes(service)),
    create: [gcloud(config, ["services", "enable", ...wanted])],
  };
}

const GLOBAL = "--location=global";

function pool(config: StackConfig): Step {
  const pools = (call: string, ...args: readonly string[]) =>
    gcloud(config, ["iam", "workload-identity-pools", call, CI_POOL, GLOBAL, ...args]);
  return {
    title: `Pool of identities for the CI system: ${CI_POOL}`,
    check: pools("describe", "--format=value(state)"),
    absent: ABSENT,
    isDone: (output) => output.trim() === "ACTIVE",
    create: [pools("create", "--display-name=CI")],
    // A deleted pool keeps its id for 30 days.
    change: [pools("undelete")],
  };
}

function provider(config: StackConfig, { fullName, id }: Repository): Step {
  const condition = id === undefined ? `assertion.repository == '${fullName}'` : `assertion.repository_id == '${id}'`;
  const ofProvider = (call: string, ...args: readonly string[]) =>
    gcloud(config, [
      ...["iam", "workload-identity-pools", "providers", call, CI_PROVIDER],
      ...[GLOBAL, `--workload-identity-pool=${CI_POOL}`, ...args],
    ]);
  const settings = [
    `--issuer-uri=https://${GITHUB_ISSUER}`,
    "--attribute-mapping=google.subject=assertion.sub",
    `--attribute-condition=${condition}`,
  ];
  return {
    title: `GitHub's identity tokens are known, from ${fullName} alone`,
    check: { ...ofProvider("describe", "--format=json(state,oidc.issuerUri,attributeMapping,attributeCondition)") },
    absent: ABSENT,
    isDone: (output) =>
      sameJson(output, {
        state: "ACTIVE",
        oidc: { issuerUri: `https://${GITHUB_ISSUER}` },
        attributeMapping: { "google.subject": "assertion.sub" },
        attributeCondition: condition,
      }),
    create: [ofProvider("create-oidc", ...settings)],
    change: [ofProvider("update-oidc", ...settings)],
  };
}

function role(config: StackConfig, graph: Graph, purpose: Purpose): Step {
  const id = ciGoogleRole(config, purpose);
  const permissions = googlePermissions(graph, purpose);
  const roles = (call: string, ...args: readonly string[]) => gcloud(config, ["iam", "roles", call, id, ...args]);
  const settings = [`--title=Sluice CI ${purpose}`, `--permissions=${permissions.join(",")}`, "--stage=GA"];
  return {
    title: `Role ${id}: ${permissions.length} permissions`,
    check: roles("describe", "--format=json(includedPermissions)"),
    absent: ABSENT,
    isDone: (output) => sameJson(output, { includedPermissions: permissions }),
    create: [roles("create", ...settings)],
    change: [roles("update", ...settings)],
  };
}

function addressOf(config: StackConfig, purpose: Purpose): string {
  return `${ciAccount(config, purpose)}@${config.google.projectId}.iam.gserviceaccount.com`;
}

function account(config: StackConfig, purpose: Purpose): Step {
  const accounts = (call: string, ...args: readonly string[]) =>
    gcloud(config, ["iam", "service-accounts", call, ...args]);
  const id = ciAccount(config, purpose);
  return {
    title: `Service account ${id}, without a key`,
    check: accounts("describe", addressOf(config, purpose), "--format=value(email)"),
    absent: ABSENT,
    isDone: () => true,
    create: [accounts("create", id, `--display-name=Sluice CI ${purpose}`)],
  };
}

/** Whether a policy gives a role to a member, by `--format=json(bindings)`. */
function gives(output: string, role: string, member: string): boolean {
  try {
    const { bindings = [] } = JSON.parse(output) as {
      bindings?: { role: string; members: string[]; condition?: unknown }[];
    };
    return bindings.some((one) => one.role === role && one.members.includes(member) && one.condition === undefined);
  } catch {
    return false;
  }
}

function grant(config: StackConfig, purpose: Purpose): Step {
  const { projectId } = config.google;
  const given = `projects/${projectId}/roles/${ciGoogleRole(config, purpose)}`;
  const member = `serviceAccount:${addressOf(config, purpose)}`;
  return {
    title: `${ciAccount(config, purpose)} has that role in the project`,
    check: gcloud(config, ["projects", "get-iam-policy", projectId, "--format=json(bindings)"]),
    absent: /^$/,
    isDone: (output) => gives(output, given, member),
    create: [
      gcloud(config, [
        ...["projects", "add-iam-policy-binding", projectId],
        ...[`--member=${member}`, `--role=${given}`, "--condition=None"],
      ]),
    ],
  };
}

function trust(config: StackConfig, repository: Repository, purpose: Purpose): Step {
  const subject = subjectOf(repository, config, purpose);
  const pools = `projects/${config.google.projectNumber}/locations/global/workloadIdentityPools/${CI_POOL}`;
  const member = `principal://iam.googleapis.com/${pools}/subject/${subject}`;
  const user = "roles/iam.workloadIdentityUser";
  const accounts = (call: string, ...args: readonly string[]) =>
    gcloud(config, ["iam", "service-accounts", call, addressOf(config, purpose), ...args]);
  return {
    title: `Jobs of GitHub's environment ${githubEnvironment(config, purpose)} may act as it`,
    check: accounts("get-iam-policy", "--format=json(bindings)"),
    absent: ABSENT,
    isDone: (output) => gives(output, user, member),
    create: [accounts("add-iam-policy-binding", `--member=${member}`, `--role=${user}`)],
  };
}
