import type { Command } from "commander";
import type { CommandContext } from "../command.ts";

const EXAMPLES = `
Examples:
  sluice env list
  sluice env diff staging production
  sluice env diff staging production --json | jq '.differences[].setting'
  sluice env new qa --from dev --google-project example-sluice-qa --google-project-number 444444444444
Nothing is asked or deployed: docs/environments.md.`;

interface NewFlags {
  readonly from: string;
  readonly awsAccount?: string;
  readonly awsRegion?: string;
  readonly googleProject?: string;
  readonly googleProjectNumber?: string;
}

interface JsonFlag {
  readonly json?: boolean;
}

/** `sluice env`: the stack files, one for each environment. Every action works in the folder of Pulumi.yaml that it is run in. */
export function register(program: Command, context: CommandContext): void {
  const env = program
    .command("env")
    .description("make, list and compare environments")
    .addHelpText("afterAll", EXAMPLES);
  const actions = () => import("../environments/env-command.ts");
  env
    .command("new <name>")
    .description("write a stack file made from another's, its comments kept")
    .requiredOption("--from <stack>", "the environment that it is made from")
    .option("--aws-account <id>", "in place of the other's")
    .option("--aws-region <region>", "in place of the other's")
    .option("--google-project <id>", "in place of the other's")
    .option("--google-project-number <number>", "in place of the other's")
    .action(async (name: string, flags: NewFlags) => {
      (await actions()).createEnvironment(process.cwd(), { name, ...flags }, context);
    });
  env
    .command("list")
    .description("every environment: where it is, how large, and what it costs at its declared load")
    .option("--json", "print one JSON object in place of a table")
    .action(async ({ json = false }: JsonFlag) => {
      (await actions()).listEnvironments(process.cwd(), json, context);
    });
  env
    .command("diff <from> <to>")
    .description("how two environments differ, defaults included, secrets masked; ends with code 0 either way")
    .option("--json", "print one JSON object in place of a table")
    .action(async (from: string, to: string, { json = false }: JsonFlag) => {
      (await actions()).diffEnvironments(process.cwd(), from, to, json, context);
    });
}
