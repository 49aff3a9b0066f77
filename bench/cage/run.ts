/** One run of a bench in the cage: every pass, in order. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { StandIns } from "../stand-ins/stand-ins.ts";
import { thisMachine } from "../machine.ts";
import { type Backend, type Contender, CONTENDERS, LIMIT, SLUICE } from "./contender.ts";
import { usdPerMillion } from "./cost.ts";
import { type EventSet, eventsOf, inAggregates } from "./events.ts";
import type { FlatnessResult } from "./flatness.ts";
import { Entrant, type Round } from "./measure.ts";
import { memoryPass } from "./memory-pass.ts";
import { type CageOptions, commandOf, roundRecords } from "./options.ts";
import { profiled } from "./profile.ts";
import type { RecordSource } from "./records.ts";
import { type CageResult, contenderResults, type Measured, type RunFacts } from "./result.ts";
import type { StageTimes } from "./stages.ts";
import { targetResults } from "./targets.ts";

/** Records of the small batches, and of the invocations that look at memory. */
const SMALL_BATCH = 100;
/** Small invocations of a round. */
const SMALL_INVOCATIONS = 30;
/** Different events of the pass that looks at memory: 100 records each. */
const MEMORY_EVENTS = 100;
/** Ten thousand invocations of a hundred larger records would take many minutes. */
const MAX_MEMORY_RECORD_BYTES = 2_048;
const GZIP_SAMPLE = 3_400;
/** Size of the records that the targets price; the generated log's are a little smaller. */
const TARGET_RECORD_BYTES = 1024;
/** Libraries of the contenders. */
const LIBRARIES = [
  "@aws-sdk/client-s3",
  "@aws-lambda-powertools/batch",
  "@google-cloud/bigquery",
  "@google-cloud/bigquery-storage",
] as const;

/** What a run needs beside its options. */
export interface RunDeps {
  readonly source: RecordSource;
  readonly standIns: StandIns;
  readonly signal: AbortSignal;
  readonly nowMs: number;
  /** What is under way, in a line. */
  readonly tell: (line: string) => void;
}

/** Events of a run, made once each. */
interface Sets {
  readonly warmUp: (contender: Contender) => EventSet;
  readonly full: (contender: Contender) => EventSet;
  readonly small: EventSet;
  readonly memory: () => EventSet;
}

/** A contender while it is measured. */
interface Lane {
  readonly entrant: Entrant;
  readonly rounds: Round[];
  readonly smallRounds: Round[];
}

/** Runs all passes. Throws a ContentsError, and the signal's reason once it is aborted; nothing is left running. */
export async function runCage(backend: Backend, options: CageOptions, deps: RunDeps): Promise<CageResult> {
  const { source, standIns, signal, tell } = deps;
  const { format, memory } = options;
  const every = CONTENDERS.filter((each) => each.backend === backend);
  const contenders = every.filter(({ readsAggregates }) => format === "plain" || readsAggregates === true);
  const sets = eventSets(options, source);
  const measured = await measureRounds(contenders, sets, options, deps);

  const stages: StageTimes[] = [];
  for (const contender of contenders) {
    tell(`${contender.name}: where the time goes …`);
    const [warmUp, set] = [sets.warmUp(contender), sets.full(contender)];
    stages.push(await profiled({ contender, standIns, memoryMb: memory, warmUp, set, signal }));
  }
  const flatness = await measureFlatness(contenders[0]!, sets, options, deps);

  const all = measured.lanes.map(({ entrant, rounds, smallRounds }, index): Measured => ({
    ...{ contender: entrant.contender, bundleBytes: Buffer.byteLength(entrant.bundle.code), rounds, smallRounds },
    ...{ stages: stages[index]!, peakMb: entrant.function.peakMb },
  }));
  const set = sets.full(contenders[0]!);
  const recordBytes = set.textBytes / set.contents.records;
  const generated = options.input === undefined && options.recordSize === undefined;
  const facts: RunFacts = {
    ...{ backend, format, memoryMb: memory, ...measured.cage, recordBytes },
    pricedRecordBytes: generated ? TARGET_RECORD_BYTES : recordBytes,
  };
  const limit = all.find(({ contender }) => contender.name === LIMIT);
  const sample = Buffer.from(source.texts(Math.min(GZIP_SAMPLE, set.contents.records)).join("\n"));
  const result = {
    version: 2 as const,
    command: commandOf(backend, set.contents.records, options),
    date: new Date(deps.nowMs).toISOString().slice(0, 10),
    machine: thisMachine(),
    versions: versions(),
    cage: { kind: facts.kind, memoryMb: memory, processorShare: facts.share },
    backend,
    input: {
      ...{ source: source.name, format, recordBytes, rounds: options.rounds },
      gzipRatio: gzipSync(sample, { level: 6 }).length / sample.length,
      recordsPerInvocation: set.contents.records / set.events.length,
      pricedRecordBytes: facts.pricedRecordBytes,
    },
    contenders: contenderResults(all, limit, facts),
    leftOut: every.filter((each) => !contenders.includes(each)).map(({ name }) => name),
    ...(flatness === undefined ? {} : { flatness }),
  };
  return { ...result, targets: targetResults({ ...result, ...kplCost(result, facts) }) };
}

/** Warms every contender up, then takes them in turn, round by round. */
async function measureRounds(
  contenders: readonly Contender[],
  sets: Sets,
  { memory, rounds }: CageOptions,
  { standIns, signal, tell }: RunDeps,
): Promise<{ readonly lanes: readonly Lane[]; readonly cage: { readonly kind: string; readonly share: number } }> {
  const lanes: Lane[] = [];
  const size = { memoryMb: memory, limitProcessor: true };
  try {
    for (const contender of contenders) {
      tell(`${contender.name}: starts and warms up …`);
      const entrant = new Entrant({ contender, size, standIns, signal });
      lanes.push({ entrant, rounds: [], smallRounds: [] });
      await entrant.warmUp(sets.warmUp(contender));
    }
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round} of ${rounds} …`);
      for (const { entrant, rounds: done } of lanes) {
        const { contender } = entrant;
        const first = contender.name === SLUICE && round === 1;
        done.push(await entrant.run(sets.full(contender), first));
      }
    }
    // Not between the rounds: full events cost those more that meet small ones before, and not every contender does.
    const measured = lanes.filter(({ entrant }) => measuresSmall(entrant.contender));
    for (let round = 1; round <= rounds; round++) {
      tell(`small batches, round ${round} of ${rounds} …`);
      for (const { entrant, smallRounds } of measured) smallRounds.push(await entrant.run(sets.small));
    }
    const { kind, share } = lanes[0]!.entrant.function.cage;
    return { lanes, cage: { kind, share } };
  } finally {
    for (const { entrant } of lanes) await entrant.close();
  }
}

/** Sluice, and today's way: what the cost model prices. */
function measuresSmall({ name }: Contender): boolean {
  return name === SLUICE || name.startsWith("today");
}

async function measureFlatness(
  contender: Contender,
  sets: Sets,
  { flatness, invocations, memory }: CageOptions,
  { source, standIns, signal, tell }: RunDeps,
): Promise<FlatnessResult | undefined> {
  if (!flatness) return undefined;
  if (source.recordBytes > MAX_MEMORY_RECORD_BYTES) {
    tell(`memory over many invocations: left out, records are larger than ${MAX_MEMORY_RECORD_BYTES} bytes`);
    return undefined;
  }
  const onPart = (part: number): void => tell(`memory over ${invocations} invocations: tenth ${part} …`);
  return memoryPass({ contender, standIns, memoryMb: memory, set: sets.memory(), invocations, signal, onPart });
}

function eventSets(options: CageOptions, source: RecordSource): Sets {
  const { format, batchSize } = options;
  const { arrivedMs } = source;
  const records = roundRecords(options, source.recordBytes);
  const made = new Map<string, EventSet>();
  const make = (count: number, part: number, size: number): EventSet => {
    const key = `${count} ${part} ${size}`;
    const set = made.get(key) ?? eventsOf(source.texts(count, part), { format, batchSize: size, arrivedMs });
    made.set(key, set);
    return set;
  };
  const least = ({ maxRecords }: Contender): number => Math.min(records, maxRecords ?? records);
  const small = format === "plain" ? SMALL_BATCH : aggregatesOf(source.texts(SMALL_BATCH));
  return {
    warmUp: (contender) => make(Math.min(least(contender), Math.ceil(records / 3)), 1, batchSize),
    full: (contender) => make(least(contender), 0, batchSize),
    small: make(Math.min(records, SMALL_BATCH * SMALL_INVOCATIONS), 0, small),
    memory: () => make(SMALL_BATCH * MEMORY_EVENTS, 0, small),
  };
}

function aggregatesOf(texts: readonly string[]): number {
  return [...inAggregates(texts)].length;
}

/** The plain warehouse run also prices KPL aggregates: with the time that was measured for plain records. */
function kplCost(result: Omit<CageResult, "targets">, facts: RunFacts): { kplUsdPerMillion?: number } {
  if (facts.backend === "archive" || facts.format !== "plain") return {};
  const { wireBytesPerRecord, time } = result.contenders[0]!;
  const { backend, memoryMb, recordBytes } = facts;
  const use = { backend, rowIngest: "storage-write" as const, time: time!, memoryMb, recordBytes, wireBytesPerRecord };
  return { kplUsdPerMillion: usdPerMillion(use, "kpl", facts.pricedRecordBytes) };
}

function versions(): Record<string, string> {
  const read = (path: string): string =>
    (JSON.parse(readFileSync(new URL(`../../${path}package.json`, import.meta.url), "utf8")) as { version: string })
      .version;
  const { node, v8, uv, zlib } = process.versions;
  const libraries = LIBRARIES.map((name) => [name, read(`node_modules/${name}/`)]);
  return { sluice: read(""), node, v8, uv, zlib: zlib, ...Object.fromEntries(libraries) };
}
