import type { Command } from "commander";
import type { CommandContext } from "../command.ts";
import { type CloudOptions, cloudOf, cloudOptions } from "../run-option.ts";

const EXAMPLES = `
Example:
  sluice query "SELECT event, COUNT(*) AS records
                FROM log_between(TIMESTAMP '2000-01-01', TIMESTAMP '2100-01-01') GROUP BY event ORDER BY records DESC"
A run that is still being served is asked over its BigQuery endpoint.`;

/** `sluice query`: SQL over the warehouse of a local run or a deployed stack. */
export function register(program: Command, context: CommandContext): void {
  const query = program
    .command("query")
    .description("ask the warehouse of the last run, or of a deployed stack, in BigQuery's SQL")
    .argument("<sql>", "a SELECT in GoogleSQL; tables need no dataset before their name")
    .option("--json", "print one JSON object a row in place of a table")
    .addHelpText("after", EXAMPLES);
  cloudOptions(query).action(async (sql: string, options: { json?: boolean } & CloudOptions) => {
    const { connect } = await import("../connect/connect.ts");
    const { renderJson, renderTable } = await import("../query/render.ts");
    const connection = await connect(cloudOf(options));
    try {
      const result = await connection.query(sql);
      context.stdout.write(options.json === true ? renderJson(result) : renderTable(result));
    } finally {
      await connection.close();
    }
  });
}
