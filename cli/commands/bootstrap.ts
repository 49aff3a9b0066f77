import type { Command } from "commander";
import type { BootstrapOptions } from "../bootstrap/bootstrap-command.ts";
import type { CommandContext } from "../command.ts";

const EXAMPLES = `
Examples:
  sluice bootstrap aws --stack dev --repository acme/sluice --dry-run       a script to read, or to run by hand
  sluice bootstrap aws --stack dev --repository acme/sluice                 looks what is missing, asks, and makes it
  sluice bootstrap google --stack dev --repository acme@123/sluice@456 --yes
It runs aws and gcloud as they are logged in. docs/environments.md says what is made, and why.`;

const CLOUDS = [
  [
    "aws",
    "aws",
    "an AWS account: state bucket and key, GitHub's identity provider, a role that deploys and one that reads",
  ],
  ["google", "gcp", "a Google Cloud project: APIs, a pool for GitHub's tokens, two service accounts without keys"],
] as const;

/** `sluice bootstrap`: what an account needs once, before its first deployment. */
export function register(program: Command, context: CommandContext): void {
  const command = program
    .command("bootstrap")
    .description("make what a stack's accounts need once: state, and identities for the CI system without stored keys")
    .addHelpText("afterAll", EXAMPLES);
  for (const [cloud, alias, what] of CLOUDS) {
    const one = command.command(cloud);
    if (alias !== cloud) one.alias(alias);
    one
      .description(what)
      .requiredOption("--stack <name>", "the stack of stacks/Pulumi.<name>.yaml")
      .requiredOption("--repository <owner/name>", "whose workflows may deploy; OWNER@ID/NAME@ID where tokens hold ids")
      .option("--dry-run", "print the commands in order; run none")
      .option("--yes", "do not ask")
      .action(async (options: BootstrapOptions) => {
        await (await import("../bootstrap/bootstrap-command.ts")).bootstrap(cloud, options, context);
      });
  }
}
