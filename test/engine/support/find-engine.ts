/** Before all tests: the CLI is found or built, or what is missing is said once. */
import { describeError } from "../../../cli/errors.ts";
import { findOrBuildCli } from "../../../cli/pulumi/find-cli.ts";

export default async function findEngine(): Promise<void> {
  try {
    const { path } = await findOrBuildCli(process.env, (line) => process.stderr.write(`${line}\n`));
    process.stderr.write(`Pulumi's engine: ${path}\n`);
  } catch (error) {
    process.stderr.write(describeError(error));
    process.exit(1);
  }
}
