import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { awsPlan } from "../../cli/bootstrap/aws-plan.ts";
import { googlePlan } from "../../cli/bootstrap/google-plan.ts";
import { repositoryOf } from "../../cli/bootstrap/names.ts";
import { configOfStack } from "../../cli/connect/facts-of-stack.ts";
import type { Graph, GraphResource } from "../../local/graph.ts";
import type { Command, Plan } from "../../cli/bootstrap/step.ts";

/** What a stack declares, of its reviewed graph (test/infra/expected): the program does not run here. Resources may be added. */
export function graphOf(stack: string, more: readonly Pick<GraphResource, "type" | "name" | "inputs">[] = []): Graph {
  const { resources } = JSON.parse(readFileSync(join(__dirname, `../infra/expected/${stack}.json`), "utf8")) as {
    resources: Readonly<Record<string, { inputs?: GraphResource["inputs"] }>>;
  };
  const declared = Object.entries(resources).map(([key, { inputs = {} }]) => {
    const [type, name] = key.split(" ") as [string, string];
    return { type, name, inputs };
  });
  return { outputs: {}, resources: [...declared, ...more].map((one) => ({ ...REST, ...one })) };
}

/** What no plan looks at. */
const REST: Omit<GraphResource, "type" | "name" | "inputs"> = {
  ...{ urn: "", outputs: {}, id: "", custom: true, remote: false, dependencies: [], aliases: [] },
  ...{ protect: false, deleteBeforeReplace: false, retainOnDelete: false },
};

/** The plan for a committed stack. */
export function planFor(cloud: "aws" | "google", stack: string, repository = "acme/sluice"): Plan {
  const plan = cloud === "aws" ? awsPlan : googlePlan;
  return plan(configOfStack(stack), graphOf(stack), repositoryOf(repository));
}

/** How a fake tool answers some calls: those whose arguments, joined by blanks, begin like this. */
export interface Answer {
  readonly to: string;
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
}

/** `aws` and `gcloud` in a folder that stands first on PATH: they keep every call, and answer as they are told; otherwise with nothing, and well. */
export class FakeTools {
  readonly #folder = mkdtempSync(join(tmpdir(), "sluice-fake-tools-"));
  readonly #path = process.env["PATH"];

  constructor(answers: readonly Answer[]) {
    mkdirSync(join(this.#folder, "bin"));
    const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
    const cases = answers.map(
      ({ to, out = "", err = "", code = 0 }) =>
        `${quoted(to)}*) printf %s ${quoted(out)}; printf %s ${quoted(err)} >&2; exit ${code};;`,
    );
    const body = `#!/bin/sh\nprintf '%s\\n' "\${0##*/} $*" >> '${this.#folder}/calls'\ncase "$*" in\n${cases.join("\n")}\nesac\n`;
    for (const name of ["aws", "gcloud"]) {
      writeFileSync(join(this.#folder, "bin", name), body);
      chmodSync(join(this.#folder, "bin", name), 0o755);
    }
    writeFileSync(join(this.#folder, "calls"), "");
    process.env["PATH"] = `${join(this.#folder, "bin")}${delimiter}${this.#path}`;
  }

  /** Every call so far: the tool's name and its arguments, joined by blanks. */
  get calls(): readonly string[] {
    return readFileSync(join(this.#folder, "calls"), "utf8").split("\n").slice(0, -1);
  }

  remove(): void {
    process.env["PATH"] = this.#path;
    rmSync(this.#folder, { recursive: true });
  }
}

/** A command as a fake tool keeps it. */
export function callOf({ program, args }: Command): string {
  return [program, ...args].join(" ");
}

/** A value of an option among a command's arguments. */
export function optionOf({ args }: Command, option: string): string {
  return args[args.indexOf(option) + 1]!;
}
