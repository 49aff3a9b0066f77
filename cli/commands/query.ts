import type { Command } from "commander";
import type { CommandContext } from "../command.ts";
import { runOption } from "../run-option.ts";

const EXAMPLES = `
Example:
  sluice query "SELECT event, COUNT(*) AS records
                FROM log_between(TIMESTAMP '2000-01-01', TIMESTAMP '2100-01-01') GROUP BY event ORDER BY records DESC"
A run that is still being served is asked over its BigQuery endpoint.`;

/** `sluice query`: SQL over the warehouse of a local run. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("query")
    .description("ask the local warehouse that the last run has left, in BigQuery's SQL")
    .argument("<sql>", "a SELECT in GoogleSQL; tables of the run's dataset need no dataset before their name")
    .option("--json", "print one JSON object a row in place of a table")
    .addOption(runOption())
    .addHelpText("after", EXAMPLES)
    .action(async (sql: string, options: { json?: boolean; run: string }) => {
      const { queryRun } = await import("../query/query-run.ts");
      const { renderJson, renderTable } = await import("../query/render.ts");
      const result = await queryRun(options.run, sql);
      context.stdout.write(options.json === true ? renderJson(result) : renderTable(result));
    });
}
