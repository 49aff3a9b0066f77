/** Terraform itself with the real AWS provider, in a folder of its own. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findMirror } from "./find-mirror.ts";

const run = promisify(execFile);

const NEEDS =
  "npm run test:terraform needs terraform 1.5 or later on the PATH, and hashicorp/aws 5.100 where terraform init finds it: " +
  "the registry, or a folder in the layout of a filesystem mirror that SLUICE_TERRAFORM_MIRROR names (docs/terraform.md)";

/** A resource of a plan. */
export interface PlannedResource {
  readonly address: string;
  readonly actions: readonly string[];
  readonly after: Readonly<Record<string, unknown>>;
}

/** What is read of `terraform show -json`: https://developer.hashicorp.com/terraform/internals/json-format */
interface ShownPlan {
  readonly resource_changes: readonly {
    readonly address: string;
    readonly change: Pick<PlannedResource, "actions" | "after">;
  }[];
  readonly output_changes: Readonly<Record<string, { readonly after: unknown }>>;
}

/** A folder with Terraform's files; made by {@link openTerraform}. */
export class TerraformFolder {
  readonly #root: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(root: string, environment: NodeJS.ProcessEnv) {
    this.#root = root;
    this.#environment = environment;
    mkdirSync(this.#work);
  }

  get #work(): string {
    return join(this.#root, "work");
  }

  /** Puts files beside those that are there; `undefined` takes one away. */
  write(files: Readonly<Record<string, string | Uint8Array | undefined>>): void {
    for (const [name, content] of Object.entries(files)) {
      if (content === undefined) rmSync(join(this.#work, name), { force: true });
      else writeFileSync(join(this.#work, name), content);
    }
  }

  /** Runs a command and gives what it prints; rejects with all that it said if it fails. */
  async run(command: string, args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const options = { cwd: this.#work, env: { ...this.#environment, ...environment }, maxBuffer: 64 << 20 };
    try {
      return (await run("terraform", [command, "-no-color", ...args], options)).stdout;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`terraform ${command} fails:\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** What the provider says of the configuration: errors and warnings. */
  async validate(): Promise<readonly unknown[]> {
    const { diagnostics } = JSON.parse(await this.run("validate", ["-json"]).catch(printed)) as {
      diagnostics: unknown[];
    };
    return diagnostics;
  }

  /** Plans from nothing: the resources. */
  async plan(environment: NodeJS.ProcessEnv): Promise<readonly PlannedResource[]> {
    const { resource_changes: resources } = await this.#planned(environment);
    return resources.map(({ address, change }) => ({ address, ...change }));
  }

  /** Plans from nothing: the values of the outputs, by name. */
  async planOutputs(): Promise<Readonly<Record<string, unknown>>> {
    const { output_changes: outputs } = await this.#planned({});
    return Object.fromEntries(Object.entries(outputs).map(([name, { after }]) => [name, after]));
  }

  async #planned(environment: NodeJS.ProcessEnv): Promise<ShownPlan> {
    await this.run("plan", ["-input=false", "-out=plan.bin"], environment);
    return JSON.parse(await this.run("show", ["-json", "plan.bin"])) as ShownPlan;
  }

  /** Removes the folder. */
  close(): void {
    rmSync(this.#root, { recursive: true });
  }
}

/** What a failed command has printed: `validate -json` fails and prints its answer. */
function printed(error: Error): string {
  return (error.cause as { stdout?: string }).stdout ?? "";
}

/** A folder in which the AWS provider is installed. Rejects with what is needed where Terraform or the provider is missing. */
export async function openTerraform(): Promise<TerraformFolder> {
  const root = mkdtempSync(join(tmpdir(), "sluice-terraform-"));
  const folder = new TerraformFolder(root, environmentIn(root));
  try {
    folder.write({
      "main.tf.json":
        '{ "terraform": { "required_providers": { "aws": { "source": "hashicorp/aws", "version": "~> 5.100" } } } }',
    });
    await folder.run("init", ["-input=false"]);
    return folder;
  } catch (error) {
    folder.close();
    throw new Error(`${NEEDS}.\n${(error as Error).message}`, { cause: error });
  }
}

/** Credentials of nobody: nothing but the provider's question who it is may leave this machine, and that goes to a stand-in. */
function environmentIn(root: string): NodeJS.ProcessEnv {
  const mirror = findMirror();
  const configuration = join(root, "terraform.tfrc");
  if (mirror !== undefined) {
    const path = JSON.stringify(mirror);
    writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = ${path}\n  }\n}\n`);
  }
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|TF_VAR_|TF_LOG)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    ...(mirror !== undefined && { TF_CLI_CONFIG_FILE: configuration }),
    CHECKPOINT_DISABLE: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: join(root, "none"),
    AWS_SHARED_CREDENTIALS_FILE: join(root, "none"),
  };
}
