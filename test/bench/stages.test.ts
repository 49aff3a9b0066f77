import { type Profile, scaled, STAGES, stagesOfProfile, stagesOfThreads } from "../../bench/cage/stages.ts";

const NONE = { runtime: 0, read: 0, encode: 0, compress: 0, send: 0, garbage: 0, v8: 0, rest: 0 };
/** The bundle of these tests has one source file a line. */
const SOURCES = [
  "functions/shared/json-scanner.ts",
  "functions/warehouse/rows.ts",
  "functions/warehouse/connection.ts",
  "node_modules/@smithy/core/index.js",
  "functions/shared/compressor.ts",
  "somewhere/else.ts",
];
const BUNDLE = "file:///tmp/sluice-bench-1/index.mjs";
const BOOTSTRAP = "file:///home/user/project/local/lambda/bootstrap.mjs";

interface Frame {
  readonly name?: string;
  readonly url?: string;
  readonly line?: number;
  readonly children?: readonly number[];
}

/** Ids are positions; each node has one sample of as many microseconds as `micros` says. */
function profileOf(frames: readonly Frame[], micros: readonly number[]): Profile {
  return {
    nodes: frames.map(({ name = "f", url = BUNDLE, line = 0, children = [] }, id) => ({
      ...{ id, children, callFrame: { functionName: name, url, lineNumber: line, columnNumber: 0 } },
    })),
    samples: frames.map((_, id) => id),
    timeDeltas: [...micros],
  };
}

const stagesOf = (frames: readonly Frame[], micros: readonly number[]): object =>
  stagesOfProfile(profileOf(frames, micros), (line) => SOURCES[line]);

describe("a profile's time", () => {
  test("belongs to the stage of the source file", () => {
    const frames = [{ name: "(root)", url: "", children: [1, 2, 3, 4, 5, 6] }, ...SOURCES.map((_, line) => ({ line }))];
    expect(stagesOf(frames, [0, 1, 2, 4, 8, 16, 32])).toEqual({
      ...{ ...NONE, read: 1, encode: 2, send: 12, compress: 16, rest: 32 },
    });
  });

  test("of Node's streams and of V8's own functions belongs to the caller, and to the runtime without one of ours", () => {
    const frames = [
      { name: "(root)", url: "", children: [1, 3] },
      { line: 2, children: [2] },
      { url: "node:internal/streams/writable" },
      { url: "node:internal/stream_base_commons", children: [4] },
      { url: BOOTSTRAP, children: [5, 6] },
      { name: "parse", url: "" },
      { line: 1 },
    ];
    expect(stagesOf(frames, [0, 1, 2, 4, 8, 16, 32])).toEqual({ ...NONE, send: 3, runtime: 28, encode: 32 });
  });

  test("in zlib and in HTTP has a stage of its own, whoever calls", () => {
    const frames = [
      { name: "(root)", url: "", children: [1, 2, 3] },
      { url: "node:zlib" },
      { url: "node:internal/http2/core" },
      { url: "node:_http_client" },
    ];
    expect(stagesOf(frames, [0, 1, 2, 4])).toEqual({ ...NONE, compress: 1, send: 6 });
  });

  test("of idling counts nowhere; of collecting garbage, and of the rest of the program, for themselves", () => {
    const frames = [
      { name: "(root)", url: "", children: [1, 2, 3] },
      { name: "(idle)", url: "" },
      { name: "(garbage collector)", url: "" },
      { name: "(program)", url: "" },
    ];
    expect(stagesOf(frames, [1, 2, 4, 8])).toEqual({ ...NONE, garbage: 4, rest: 9 });
  });

  test("is none for a profile without nodes", () => {
    expect(stagesOf([], [])).toEqual(NONE);
  });
});

test("the main thread's time is divided as its profile; the pool compresses, V8's threads stand for themselves, the profiler is left out", () => {
  const threads = new Map([
    ["libuv-worker", 100],
    ["V8Worker", 10],
    ["DelayedTaskSche", 1],
    ["v8:ProfEvntProc", 1000],
  ]);
  expect(stagesOfThreads(500, { ...NONE, read: 3, send: 1, compress: 1 }, threads)).toEqual({
    ...{ ...NONE, read: 300, send: 100, compress: 200, v8: 11 },
  });
});

test("stages are scaled to a sum, and stay nothing where there was nothing", () => {
  const times = scaled({ ...NONE, read: 3, send: 1 }, 20);
  expect(times).toEqual({ ...NONE, read: 15, send: 5 });
  expect(scaled(NONE, 20)).toEqual(NONE);
  expect(Object.keys(times)).toEqual([...STAGES]);
});
