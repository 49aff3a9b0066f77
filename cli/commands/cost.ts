import { type Command, InvalidArgumentError, Option } from "commander";
import { GZIP_RATIO } from "../../model/assumptions.ts";
import { WIRE_FORMATS } from "../../model/cost/load.ts";
import type { CommandContext } from "../command.ts";
import type { DeclaredLoad } from "../../infra/stack-config.ts";
import type { CostOptions, LoadOptions } from "../cost/result.ts";
import { UsageError } from "../errors.ts";
import { positiveWholeNumber } from "../options.ts";

const EXAMPLES = `
Examples:
  sluice cost --rate 500 --record-size 1024                         two backends with every setting at its default
  sluice cost --stack production                                    at the load that the stack declares (sluice:load)
  sluice cost --rate 4000 --stack production --format kpl           stacks/Pulumi.production.yaml
  sluice cost --rate 500 --json | jq '.estimates[0].perMillionRecords'
Nothing is asked or deployed: docs/costs.md has the prices, their sources and how lines are made.`;

const DEFAULT_RECORD_BYTES = 1024;

interface Flags extends Omit<CostOptions, keyof LoadOptions>, Partial<LoadOptions> {
  readonly stack?: string;
  readonly json?: boolean;
}

/** `sluice cost`: what a load costs in a month, line by line. */
export function register(program: Command, context: CommandContext): void {
  program
    .command("cost")
    .description("price a load for a stack, line by line, beside the same load by other means")
    .option("--rate <n>", "log records a second, steady (default: of the stack's declared load)", rate)
    .option(
      "--record-size <bytes>",
      "bytes of a log record (default: the declared load's, or 1024)",
      positiveWholeNumber,
    )
    .addOption(
      new Option("--format <name>", "how producers send (default: the declared load's, or plain)").choices(
        WIRE_FORMATS,
      ),
    )
    .option("--gzip-ratio <n>", "compressed ÷ plain size of rows and objects", ratio, GZIP_RATIO)
    .option("--stack <name>", "the settings of stacks/Pulumi.<name>.yaml")
    .option("--shards <n>", "shards, in place of the stack's or of as many as are needed", positiveWholeNumber)
    .option("--free-tier", "take off what an account has free every month, nothing else using it", false)
    .option("--json", "print one JSON object in place of tables")
    .addHelpText("after", EXAMPLES)
    .action(async ({ stack, json, ...options }: Flags) => {
      const { costOf } = await import("../cost/result.ts");
      const config =
        stack === undefined ? undefined : (await import("../connect/facts-of-stack.ts")).configOfStack(stack);
      const result = costOf({ ...options, ...loadOf(options, config?.load, stack) }, config);
      const render =
        json === true
          ? (await import("../cost/json.ts")).renderCostJson
          : (await import("../cost/render.ts")).renderCost;
      context.stdout.write(render(result));
    });
}

/** What is asked for, or else what the stack declares. A UsageError where neither says how many records there are. */
function loadOf(
  asked: Partial<LoadOptions>,
  declared: DeclaredLoad | undefined,
  stack: string | undefined,
): LoadOptions {
  const rate = asked.rate ?? declared?.recordsPerSecond;
  if (rate === undefined) {
    throw new UsageError("which load?", {
      hint:
        stack === undefined
          ? "Give --rate, in log records a second, or --stack with a stack that declares its load."
          : `Give --rate, in log records a second: stack ${stack} declares no load (sluice:load).`,
    });
  }
  return {
    rate,
    recordSize: asked.recordSize ?? declared?.recordBytes ?? DEFAULT_RECORD_BYTES,
    format: asked.format ?? declared?.format ?? "plain",
  };
}

/** A number from 0: a stream at rest has its price too. */
function rate(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 1e9) {
    throw new InvalidArgumentError("It is a number from 0 to 1000000000, written in digits.");
  }
  return value;
}

function ratio(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0 && value <= 1)) {
    throw new InvalidArgumentError("It is a number above 0 and at most 1.");
  }
  return value;
}
