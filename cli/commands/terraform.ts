import { type Command, Option } from "commander";
import type { CommandContext } from "../command.ts";
import { AWS_PROVIDERS } from "../terraform/substitutions.ts";
import type { TerraformOptions } from "../terraform/terraform-command.ts";

const EXAMPLES = `
Examples:
  sluice terraform --stack staging --out terraform/staging
  sluice terraform --stack production --out terraform/production --aws-provider 6
  pulumi stack export --stack production --file state.json
  sluice terraform --stack production --out terraform/production --import state.json
Nothing is asked or deployed. docs/terraform.md says what differs from the program, and how ownership moves.`;

/** `sluice terraform`: the same stack for teams that run Terraform. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("terraform")
    .description("write a stack as Terraform JSON, the functions' zip files beside it")
    .requiredOption("--stack <name>", "the stack of stacks/Pulumi.<name>.yaml")
    .requiredOption("--out <folder>", "where the files go; made if it is not there")
    .addOption(
      new Option("--aws-provider <major>", "version of hashicorp/aws to write for").choices(AWS_PROVIDERS).default("5"),
    )
    .option("--import <file>", "add import blocks for what this output of pulumi stack export has")
    .addHelpText("after", EXAMPLES)
    .action(async (options: TerraformOptions) => {
      const { terraformCommand } = await import("../terraform/terraform-command.ts");
      await terraformCommand(options, context);
    });
}
