import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { type RateProfile, generateTrace } from "../../../model/tuning/generated-trace.ts";
import { hashKeyOf } from "../../../model/stream/hash-key.ts";
import type { WireFormat } from "../../../model/cost/load.ts";
import type { KeySkew, Trace } from "../../../model/tuning/trace.ts";
import type { CommandContext } from "../../command.ts";
import { UsageError } from "../../errors.ts";
import { checkInputs, readInput } from "../../input/read-input.ts";
import { checkOutputs } from "../../local/check-outputs.ts";
import { lineKeys } from "../../produce/partition-key.ts";
import { KeyCount, hashedKey } from "./key-count.ts";

/** What the command line says. */
export interface TraceFlags {
  readonly input?: readonly string[];
  readonly rate?: number;
  readonly rateProfile?: RateProfile;
  readonly duration: number;
  readonly startsAt?: Date;
  readonly recordSize?: number;
  readonly hotKey?: number;
  readonly format: WireFormat;
  readonly playerIdField: string;
  readonly showIds: boolean;
  readonly out: string;
}

const DAY_MS = 86_400_000;
const MINUTES_PER_HOUR = 60;
const DEFAULT_RECORD_BYTES = 1024;
/** The stream's default limit: longer lines are left out, as the stream would refuse them. */
const MAX_LINE_BYTES = 1024 * 1024;
/** Name of a made-up hot key; where it falls follows from it. */
const HOT_KEY = "hot";

/** Sizes and keys of records. */
interface RecordFacts {
  readonly source: string;
  readonly recordBytes: number;
  readonly keys?: KeySkew;
}

/** Makes a trace and writes it. Throws a UsageError. */
export async function writeTrace(flags: TraceFlags, now: Date, context: CommandContext): Promise<void> {
  const profile: RateProfile | undefined =
    flags.rateProfile ?? (flags.rate === undefined ? undefined : { shape: "steady", rate: flags.rate });
  if (flags.out !== "-") checkOutputs({ "--out": flags.out });
  if (profile === undefined) throw new UsageError("a trace needs --rate or --rate-profile");
  const facts = flags.input === undefined ? madeUp(flags) : await factsOfFiles(flags.input, flags);
  const startsAt = flags.startsAt ?? new Date(now.getTime() - (now.getTime() % DAY_MS));
  const { format, duration } = flags;
  const trace = generateTrace(profile, {
    ...facts,
    source: `${facts.source}, at ${describeProfile(profile)}`,
    ...{ startsAt, wireFormat: format, minutes: duration * MINUTES_PER_HOUR },
  });
  const text = traceText(trace);
  if (flags.out === "-") context.stdout.write(text);
  else {
    writeFileSync(flags.out, text);
    context.stderr.write(`${flags.out}: ${trace.records.length} minutes, ${facts.source}\n`);
  }
}

/** One line for each member, so that a trace can be read and compared. */
export function traceText(trace: Trace): string {
  const lines = Object.entries(trace).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

function madeUp({ recordSize = DEFAULT_RECORD_BYTES, hotKey }: TraceFlags): RecordFacts {
  const source = `made up: ${recordSize} bytes a record`;
  if (hotKey === undefined) return { source, recordBytes: recordSize };
  const heavy = [{ key: hashedKey(HOT_KEY), hashKey: hashKeyOf(HOT_KEY), share: hotKey }];
  const keys = { sampledRecords: 0, distinctKeys: 0, shareError: 0, heavy };
  return { source: `${source}, one key with ${(hotKey * 100).toFixed(1)} %`, recordBytes: recordSize, keys };
}

async function factsOfFiles(files: readonly string[], flags: TraceFlags): Promise<RecordFacts> {
  if (flags.recordSize !== undefined || flags.hotKey !== undefined) {
    throw new UsageError(
      "--record-size and --hot-key are for traces without --input: a file has its own sizes and keys",
    );
  }
  await checkInputs(files);
  const keyOf = lineKeys(flags.playerIdField);
  const count = new KeyCount();
  let [records, bytes] = [0, 0];
  for await (const { lines } of readInput(files, { maxLineBytes: MAX_LINE_BYTES })) {
    for (const { data } of lines) {
      count.add(keyOf(data).partitionKey);
      records++;
      bytes += data.length;
    }
  }
  if (records === 0) throw new UsageError("the input has no lines");
  const source = `${records} records of ${files.map((file) => basename(file)).join(", ")}`;
  return { source, recordBytes: bytes / records, keys: count.skew(flags.showIds) };
}

function describeProfile(profile: RateProfile): string {
  switch (profile.shape) {
    case "steady":
      return `${profile.rate} records/s`;
    case "daily":
      return `up to ${profile.rate} records/s in a daily wave`;
    case "spike":
      return `${profile.rate} records/s and ${profile.factor} times as many for ${profile.minutes} minutes`;
    case "growth":
      return `up to ${profile.rate} records/s, growing ${(profile.perWeek * 100).toFixed(1)} % a week`;
  }
}
