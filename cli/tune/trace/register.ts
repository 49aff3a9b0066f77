import { type Command, InvalidArgumentError, Option } from "commander";
import { WIRE_FORMATS } from "../../../model/cost/load.ts";
import { type RateProfile, parseProfile } from "../../../model/tuning/generated-trace.ts";
import type { CommandContext } from "../../command.ts";
import { positiveNumber, positiveWholeNumber } from "../../options.ts";
import { daysOrHours, share, time } from "../options.ts";
import type { TraceFlags } from "./trace-command.ts";

const EXAMPLES = `
Examples:
  sluice tune trace --input actions.ndjson.gz --rate 2000 --out steady.json          sizes and keys of a file, at a rate
  sluice tune trace --input actions.ndjson.gz --rate-profile daily:4000 --out day.json
  sluice tune trace --rate-profile spike:500:8:30 --record-size 800 --out spike.json   made up altogether
  sluice tune trace --rate-profile growth:2000:0.05 --duration 14d --out growth.json
Profiles: steady:RATE, daily:RATE[:LOW], spike:RATE:FACTOR[:MINUTES], growth:RATE[:PER_WEEK].`;

/** `sluice tune trace`: a trace without a stream to observe. */
export function register(tune: Command, context: CommandContext): void {
  tune
    .command("trace")
    .description("make a trace from log files or sizes, at rates of your choice")
    .option("--input <file...>", "NDJSON files, plain or gzip, or - : sizes and partition keys are theirs")
    .addOption(
      new Option("--rate <n>", "log records a second, steady").argParser(positiveNumber).conflicts("rateProfile"),
    )
    .option("--rate-profile <profile>", "log records a second over time, see below", profile)
    .option("--duration <time>", "of the trace, e.g. 24h or 14d; at most 31d", daysOrHours, 24)
    .option("--starts-at <time>", "ISO 8601 with a zone; the last midnight in UTC unless given", time)
    .option("--record-size <bytes>", "bytes of a log record, without input", positiveWholeNumber)
    .option("--hot-key <share>", "one player's share of the records, without input", share)
    .addOption(new Option("--format <name>", "how producers send").choices(WIRE_FORMATS).default("plain"))
    .option("--player-id-field <name>", "member that holds the player id, the partition key", "player_id")
    .option("--show-ids", "name players in the trace by their ids in place of hashes", false)
    .option("--out <file>", "where the trace goes, - for standard output", "-")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: TraceFlags) => {
      const { writeTrace } = await import("./trace-command.ts");
      await writeTrace(flags, new Date(), context);
    });
}

function profile(text: string): RateProfile {
  const parsed = parseProfile(text);
  if (typeof parsed === "string") throw new InvalidArgumentError(parsed);
  return parsed;
}
