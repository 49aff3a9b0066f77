/** Which stage a function's processor time belongs to. Pure. */

/** Stages, in the order of the data's way, then what is not of one record. */
export const STAGES = ["runtime", "read", "encode", "compress", "send", "garbage", "v8", "rest"] as const;

/** One stage. */
export type Stage = (typeof STAGES)[number];

/** What each stage is, for the reader of a table. */
export const STAGE_NOTES: Readonly<Record<Stage, string>> = {
  runtime: "receiving and parsing the event",
  read: "base64, unpacking, fields",
  encode: "rows or lines",
  compress: "gzip, on any thread",
  send: "HTTP, gRPC, acknowledgements, client libraries",
  garbage: "garbage collection on the main thread",
  v8: "V8's own threads: garbage collection and compilation beside it",
  rest: "metrics, system calls and what cannot be told",
};

/** Time by stage, in any unit. */
export type StageTimes = Readonly<Record<Stage, number>>;

/** V8's profile as far as it is used. https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Path of the source file that a place of the bundle was made from; `undefined` for none. Lines and columns from 0. */
export type SourceOf = (line: number, column: number) => string | undefined;

/** First match counts. Paths are from the project's folder, Node's own modules begin with `node:`. */
const RULES: readonly (readonly [RegExp, Stage | "callers"])[] = [
  [/^local\/lambda\//, "runtime"],
  [/^functions\/shared\/compressor\./, "compress"],
  [/^node:zlib$/, "compress"],
  [/^functions\/warehouse\/(rows|protobuf|schema|append-request|row-\w+)\./, "encode"],
  [/^functions\/archive\/object\.|^functions\/shared\/(piece-object|lines?|line-\w+)\./, "encode"],
  [/^functions\/shared\/garbage\./, "garbage"],
  [/^functions\/warehouse\/(connections?|framing|append|append-run|table-\w+|answer|token-cache|federation)\./, "send"],
  [/^functions\/shared\/(s3|object-store|retry|deadline)\./, "send"],
  [/^functions\/shared\/(metrics|stage-timer|quarantine|partial-failure|parts)\./, "rest"],
  [/^functions\/|^contract\//, "read"],
  [/^bench\/contenders\//, "read"],
  [/node_modules\/@aws-lambda-powertools\//, "read"],
  [/node_modules\//, "send"],
  [/^node:(_http\w*|https?2?|internal\/(http2?|http2\/\w+)|tls|dns|net)$/, "send"],
  [/^node:/, "callers"],
];

/**
 * Splits a profile's time by stage; time in which the thread was idle is left out. Node's own streams, buffers and timers count for
 * whoever called them, and for the runtime where nobody of ours did: that is how events come in.
 */
export function stagesOfProfile({ nodes, samples, timeDeltas }: Profile, sourceOf: SourceOf): StageTimes {
  const stages = new Map<number, Stage | undefined>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const walk = (id: number, inherited: Stage | undefined): void => {
    const { callFrame, children } = byId.get(id)!;
    const own = stageOfFrame(callFrame, sourceOf);
    const stage = own === "callers" ? (inherited ?? "runtime") : own;
    stages.set(id, stage);
    for (const child of children ?? []) walk(child, stage === "rest" ? undefined : stage);
  };
  if (nodes.length > 0) walk(nodes[0]!.id, undefined);
  const times = noTime();
  for (const [index, id] of samples.entries()) {
    const stage = stages.get(id);
    if (stage !== undefined) times[stage] += timeDeltas[index]!;
  }
  return times;
}

/** No time in any stage yet. */
export function noTime(): Record<Stage, number> {
  return { runtime: 0, read: 0, encode: 0, compress: 0, send: 0, garbage: 0, v8: 0, rest: 0 };
}

function stageOfFrame(frame: Profile["nodes"][number]["callFrame"], sourceOf: SourceOf): Stage | "callers" | undefined {
  const { functionName, url, lineNumber, columnNumber } = frame;
  if (functionName === "(idle)") return undefined;
  if (functionName === "(garbage collector)") return "garbage";
  if (functionName === "(program)" || functionName === "(root)") return "rest";
  const source = url.endsWith("/index.mjs") ? sourceOf(lineNumber, columnNumber) : pathOf(url);
  // V8's own functions, such as a parser of JSON, have no place: they are their caller's.
  if (source === undefined || source === "") return "callers";
  return RULES.find(([pattern]) => pattern.test(source))?.[1] ?? "rest";
}

function pathOf(url: string): string {
  return url.replace(/^file:\/\/.*\/(?=local\/lambda\/)/, "");
}

/** Processor time of the threads beside the main one, microseconds, by the name that Node gives them. */
export type ThreadTimes = ReadonlyMap<string, number>;

/** Threads of the pool do nothing but compress: no contender reads files or looks names up. */
const POOL_THREAD = "libuv-worker";
const V8_THREADS = new Set(["V8Worker", "DelayedTaskSche"]);

/**
 * Processor time by stage: the main thread's as the profile divides it, the pool's as compression. The profiler's
 * own thread is left out.
 */
export function stagesOfThreads(mainMicros: number, main: StageTimes, threads: ThreadTimes): StageTimes {
  const profiled = STAGES.reduce((sum, stage) => sum + main[stage], 0);
  const times = noTime();
  for (const stage of STAGES) times[stage] = profiled === 0 ? 0 : (main[stage] / profiled) * mainMicros;
  for (const [name, micros] of threads) {
    if (name === POOL_THREAD) times.compress += micros;
    else if (V8_THREADS.has(name)) times.v8 += micros;
  }
  return times;
}

/** The same proportions with another sum. */
export function scaled(times: StageTimes, sum: number): StageTimes {
  const before = STAGES.reduce((all, stage) => all + times[stage], 0);
  const result = noTime();
  for (const stage of STAGES) result[stage] = before === 0 ? 0 : (times[stage] / before) * sum;
  return result;
}
