/** What holds for every workflow, as pure rules over its YAML. Each gives its findings. */
import { parse } from "yaml";

/** One step. */
export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** One job. */
export interface Job {
  readonly if?: string;
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix?: Readonly<Record<string, readonly string[]>> };
  readonly with?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

/** A workflow. */
export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Reads a workflow's YAML. */
export function workflowOf(text: string): Workflow {
  return parse(text) as Workflow;
}

/** A rule: what of a workflow breaks it. */
export type Rule = (workflow: Workflow, text: string) => readonly string[];

/** Who may be run inside our jobs, by major version. */
const TRUSTED =
  /^(?:\.\/\.github\/(?:actions\/[a-z-]+|workflows\/[a-z-]+\.yml)|(?:actions\/(?:checkout|setup-node|upload-artifact|download-artifact)|aws-actions\/configure-aws-credentials|google-github-actions\/auth|pulumi\/actions)@v\d+)$/;

const SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository";

/** Every rule by its fact. */
export const RULES: Readonly<Record<string, Rule>> = {
  "declares permissions for all jobs, and they only read": ({ permissions }) =>
    permissions === undefined
      ? ["no permissions"]
      : Object.entries(permissions)
          .filter(([, level]) => level !== "read")
          .map(([scope, level]) => `${scope}: ${level}`),

  "has no trigger that gives a fork's pull request our rights": ({ on }) =>
    Object.keys(on).filter((event) => event === "pull_request_target" || event === "issue_comment"),

  "uses no stored secret": (_, text) => text.match(/\bsecrets\s*[.[:]/g) ?? [],

  "never checks out another repository's code where it has rights": ({ on, jobs }) =>
    !("workflow_run" in on)
      ? []
      : steps(jobs)
          .filter(
            ({ uses, with: inputs = {} }) =>
              uses?.startsWith("actions/checkout@") && ("ref" in inputs || "repository" in inputs),
          )
          .map(({ uses }) => uses!),

  "leaves no token behind a checkout": ({ jobs }) =>
    steps(jobs)
      .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
      .filter(({ with: inputs = {} }) => inputs["persist-credentials"] !== false)
      .map(({ uses }) => uses!),

  "puts no expression into a script": ({ jobs }) =>
    steps(jobs).flatMap(({ run = "" }) => run.match(/\$\{\{.*?\}\}/g) ?? []),

  "runs only actions of its own and of known owners": ({ jobs }) =>
    [...Object.values(jobs), ...steps(jobs)].flatMap(({ uses }) =>
      uses === undefined || TRUSTED.test(uses) ? [] : [uses],
    ),

  "ends every job in time": ({ jobs }) =>
    Object.entries(jobs)
      .filter(([, job]) => job.uses === undefined && job["timeout-minutes"] === undefined)
      .map(([name]) => name),

  "gives a pull request's code rights only in this repository's branches": ({ on, jobs }) =>
    !("pull_request" in on)
      ? []
      : Object.entries(jobs)
          .filter(([, { permissions = {} }]) => Object.values(permissions).includes("write"))
          .filter(([, { if: condition = "" }]) => !condition.split(" && ").includes(SAME_REPOSITORY))
          .map(([name]) => name),
};

function steps(jobs: Workflow["jobs"]): readonly Step[] {
  return Object.values(jobs).flatMap((job) => job.steps ?? []);
}
