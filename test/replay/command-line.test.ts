import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { inWindow, instant, meetsDay, meetsHour } from "../../cli/time-window.ts";
import { hourOf } from "../../contract/keys.ts";
import { sluiceHere } from "../support/run-sluice.ts";
import { ALWAYS, MemoryBucket, connectionTo } from "./support.ts";
import { replay } from "../../cli/replay/replay.ts";
import { renderReport, replayReport } from "../../cli/replay/report.ts";
import { ReplayState } from "../../cli/replay/state.ts";
import { Tally } from "../../cli/replay/tally.ts";
import { StorageWriteServer } from "../support/storage-write-server.ts";
import { logLine } from "../support/warehouse-consumer.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { kinesisEvent } from "../support/kinesis-event.ts";

describe("a wrong command line is refused before anything is opened, with what to do", () => {
  test.each([
    [
      ["--from", "archive", "--to", "archive"],
      "the archive is not replayed to itself\n" +
        "  What is missing in it is on the stream while retention lasts: --from stream --to archive.",
    ],
    [
      ["--from", "diverted", "--to", "archive"],
      "the archive diverts nothing: it has one bucket, not 16 tables\n" +
        "  Diverted records are rows of a table: --from diverted --to warehouse.",
    ],
    [
      ["--from", "failed", "--to", "archive", "--reason", "TIME_INVALID"],
      "only quarantined records have a reason, --from failed has none\n  Leave --reason out.",
    ],
    [
      ["--from", "failed", "--to", "archive", "--table", "player_log_0"],
      "only the warehouse has tables\n  Leave --table out.",
    ],
    [
      ["--from", "failed", "--to", "warehouse", "--table", "player_log_0"],
      "a batch that Lambda gave up is replayed whole, to all of its tables\n  Leave --table out.",
    ],
    [
      ["--from", "stream", "--to", "archive", "--since", "2026-11-21T15", "--until", "2026-11-21T14"],
      "--since is not before --until",
    ],
    [
      ["--from", "failed", "--to", "warehouse"],
      "no-such-run holds no run\n  Start a run with npm start, or name one with --run.",
    ],
  ])("%s", async (args, message) => {
    const { code, out, err } = await sluiceHere("replay", "--run", "no-such-run", ...args);
    expect([code, out, err]).toEqual([2, "", `sluice: ${message}\n`]);
  });

  test("by the names of what there is", async () => {
    const wrong = async (...args: string[]): Promise<string> => {
      const { code, err } = await sluiceHere("replay", ...args);
      expect(code).toBe(2);
      return err;
    };
    expect(await wrong("--from", "s3", "--to", "archive")).toContain(
      "Allowed choices are quarantine, diverted, failed, archive, stream.",
    );
    const archived = ["--from", "archive", "--to", "warehouse"];
    expect(await wrong(...archived, "--table", "log")).toContain("It is one of player_log_0 … player_log_f.");
    expect(await wrong(...archived, "--since", "yesterday")).toContain(
      "It is a time such as 2026-11-21, 2026-11-21T14",
    );
    expect(await wrong(...archived, "--run", "a", "--stack", "b")).toContain("cannot be used with");
  });
});

describe("a point in time", () => {
  test("is a day, an hour or ISO 8601 with zone", () => {
    expect(instant("2026-11-21")).toBe(Date.UTC(2026, 10, 21));
    expect(instant("2026-11-21T14")).toBe(Date.UTC(2026, 10, 21, 14));
    expect(instant("2026-11-21T14:30:00.5+09:00")).toBe(Date.UTC(2026, 10, 21, 5, 30, 0, 500));
    for (const text of ["", "2026-11-21T14:30:00", "2026-02-30", "2026-11-21T25", "14:00"]) {
      expect(() => instant(text)).toThrow(InvalidArgumentError);
    }
  });

  test("in a window means that its hour and its day have time in common with the window", () => {
    const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(time, time, time, (atMs, sinceMs, lengthMs) => {
        const window = { sinceMs, untilMs: sinceMs + lengthMs };
        if (!inWindow(window, atMs)) return;
        const hour = hourOf(atMs);
        expect([meetsHour(window, hour), meetsDay(window, hour.slice(0, 10))]).toEqual([true, true]);
      }),
    );
    const hour = { sinceMs: Date.UTC(2026, 10, 21, 14), untilMs: Date.UTC(2026, 10, 21, 15) };
    const hours = ["2026-11-21T13", "2026-11-21T14", "2026-11-21T15"].map((each) => meetsHour(hour, each));
    expect([hours, meetsDay(hour, "2026-11-20"), meetsDay(hour, "2026-11-22")]).toEqual([
      [false, true, false],
      false,
      false,
    ]);
  });
});

describe("pace and interrupt", () => {
  /** Three given-up batches of ten records each, to be replayed to the archive. */
  function world() {
    const objects = [0, 1, 2].map((batch) => {
      const { Records } = kinesisEvent(Array.from({ length: 10 }, (_, index) => `${batch} ${index}`));
      const first = Records[0]!.kinesis.sequenceNumber.slice(0, -1) + String(batch);
      const records = Records.map((record) => ({ ...record, kinesis: { ...record.kinesis, sequenceNumber: first } }));
      const failure = {
        requestContext: { functionArn: "arn:aws:lambda:us-east-1:0:function:sluice-archive" },
        KinesisBatchInfo: {
          ...{ shardId: "shardId-000000000003", startSequenceNumber: first, endSequenceNumber: first, batchSize: 10 },
          approximateArrivalOfFirstRecord: "2026-01-01T12:00:00.123Z",
          approximateArrivalOfLastRecord: "2026-01-01T12:00:00.213Z",
          streamArn: "arn:aws:kinesis:us-east-1:0:stream/game-log",
        },
        payload: JSON.stringify({ Records: records }),
      };
      const key = `aws/lambda/uuid/shardId-000000000003/2026/01/01/2026-01-01T13.00.0${batch}-uuid`;
      return [key, Buffer.from(JSON.stringify(failure))] as const;
    });
    return { deadLetters: new MemoryBucket("dead", objects), archive: new MemoryBucket("archive") };
  }

  const request = {
    from: "failed",
    to: "archive",
    window: ALWAYS,
    reason: undefined,
    table: undefined,
    dryRun: false,
  } as const;

  test("at 5 records a second, a batch of 10 is followed by the next one two seconds later", async () => {
    const clock = new ManualClock();
    const { deadLetters, archive } = world();
    const tally = new Tally();
    const replaying = replay(request, {
      ...{ connection: connectionTo({ deadLetters, archive }), state: ReplayState.none(Infinity), tally, clock },
      ...{ random: () => 0.5, signal: new AbortController().signal, recordsPerSecond: 5, batchTimeoutMs: 600_000 },
    });
    /** Real work goes on until the replay waits for its turn. */
    const settled = async (batches: number): Promise<void> => {
      while (deadLetters.changes < batches * 2) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(0);
    };
    await settled(1);
    await clock.advance(1_999);
    expect(tally.written).toBe(10);
    await clock.advance(1);
    await settled(2);
    expect(tally.written).toBe(20);
    await clock.advance(2_000);
    await replaying;
    expect(tally).toMatchObject({ written: 30, moved: 3 });
  });

  test("of a pace counts only what is written: two of four records each, at four a second, do not wait", async () => {
    const line = (shard: number) => (digit: string, sequence: number) =>
      `{"record_id":"${shard}:${sequence}:0","arrived_at":"2026-01-01T12:00:00.000Z","log":${logLine(digit)}}\n`;
    const archive = new MemoryBucket(
      "archive",
      [3, 4].map((shard) => [
        `logs/dt=2026-01-01/hour=12/${shard}-0-3-4.ndjson.gz`,
        gzipSync([..."abab"].map(line(shard)).join("")),
      ]),
    );
    const storage = new StorageWriteServer();
    const endpoint = await storage.listen();
    try {
      const connection = connectionTo({ archive, endpoint, deadLetters: new MemoryBucket("dead") });
      const tally = new Tally();
      const ask = { ...request, from: "archive", to: "warehouse", table: "player_log_b" } as const;
      await replay(ask, {
        ...{ connection, state: ReplayState.none(Infinity), tally, clock: new ManualClock(), random: () => 0.5 },
        ...{ signal: new AbortController().signal, recordsPerSecond: 4, batchTimeoutMs: 600_000 },
      });
      expect(tally).toMatchObject({ read: 8, written: 4, notAskedFor: 4 });
    } finally {
      await storage.close();
    }
  });

  test("an interrupt ends it behind the batch at hand, and the next replay does the rest", async () => {
    const { deadLetters, archive } = world();
    const run = async (signal: AbortSignal, tally = new Tally()): Promise<Tally> => {
      await replay(request, {
        ...{ connection: connectionTo({ deadLetters, archive }), state: ReplayState.none(Infinity), tally, signal },
        ...{ clock: new ManualClock(), random: () => 0.5, recordsPerSecond: undefined, batchTimeoutMs: 600_000 },
      });
      return tally;
    };
    const interrupt = new AbortController();
    const put = archive.put.bind(archive);
    archive.put = (key, bytes) => {
      interrupt.abort();
      return put(key, bytes);
    };
    expect(await run(interrupt.signal)).toMatchObject({ objects: 1, written: 10, moved: 1 });
    expect(await run(new AbortController().signal)).toMatchObject({ objects: 2, written: 20, moved: 2 });
  });
});

test("every command of the operations manual is a right one, up to its stack", async () => {
  const manual = readFileSync("docs/operations.md", "utf8");
  const commands = [...manual.matchAll(/npx sluice ((?:replay|quarantine|audit) [^`\n#]+)/g)].map(
    ([, command]) => command!,
  );
  expect(commands.length).toBeGreaterThan(10);
  for (const command of commands) {
    const words = command
      .trim()
      .split(/ +/)
      .map((word) => PLACEHOLDERS[word] ?? word);
    const at = words.findIndex((word) => word === "--stack" || word === "--run");
    words.splice(at, 2, "--run", "no-such-run");
    const { code, err } = await sluiceHere(
      ...words.map((word, index) => (word === "…" ? timeAfter(words[index - 1]) : word)),
    );
    expect([command, code, err.split("\n")[0]]).toEqual([command, 2, "sluice: no-such-run holds no run"]);
  }
});

const PLACEHOLDERS: Readonly<Record<string, string>> = { BACKEND: "warehouse", RECORD_ID: "0:495:0" };

function timeAfter(option: string | undefined): string {
  return option === "--since" ? "2026-11-21T14" : "2026-11-21T16";
}

test("the report says what was done, and whether something is left to be done", () => {
  const tally = new Tally();
  Object.assign(tally, { objects: 2, read: 1_000, written: 998, quarantined: 2 });
  tally.refuse(["TIME_INVALID", "TIME_INVALID"]);
  const request = { from: "archive", to: "warehouse", window: ALWAYS, reason: undefined, table: undefined } as const;
  const report = (resumed: boolean, complete: boolean): string =>
    renderReport(
      replayReport({ ...request, dryRun: false }, tally, {
        configuration: "stacks/Pulumi.dev.yaml",
        resumed,
        complete,
        untilMs: Date.UTC(2026, 10, 21),
        seconds: 3,
      }),
    );
  const counts = [
    "1,000 records of 2 objects from the archive, in 3.0 s.",
    "  998  written to the warehouse",
    "    2  quarantined",
    "       TIME_INVALID: 2",
  ];
  const configured = "Fields and limits of stacks/Pulumi.dev.yaml.";
  expect(report(false, true).split("\n")).toEqual([...counts, configured, ""]);
  expect(report(true, false).split("\n")).toEqual([
    ...counts,
    "It went on where an earlier one had stopped, up to what arrived by 2026-11-21T00:00:00.000Z.",
    "It did not come to its end: the same command goes on from here.",
    configured,
    "",
  ]);
});

test("the report of one is in the singular, and of a dry run says what could be", () => {
  const tally = new Tally();
  Object.assign(tally, { objects: 1, read: 1, written: 1, moved: 1 });
  const request = { from: "quarantine", to: "warehouse", window: ALWAYS, reason: undefined, table: undefined } as const;
  const end = { resumed: false, complete: true, untilMs: 0, seconds: 0.2, configuration: "stack.json" };
  expect(renderReport(replayReport({ ...request, dryRun: false }, tally, end))).toBe(
    "1 record of 1 object from the quarantine, in 0.2 s.\n" +
      "  1  written to the warehouse\n1 object is under replayed/ now.\nFields and limits of stack.json.\n",
  );
  const tried = { ...request, from: "stream", dryRun: true } as const;
  Object.assign(tally, { objects: 2, moved: 0 });
  expect(renderReport(replayReport(tried, tally, { ...end, complete: false }))).toBe(
    "Dry run, nothing was written: 1 record of 2 Kinesis records from the stream, in 0.2 s.\n" +
      "  1  could be written to the warehouse\nIt did not come to its end.\nFields and limits of stack.json.\n",
  );
});

test("a state that is none is refused in one line", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-state-"));
  const file = join(folder, "s.json");
  try {
    for (const text of ["{}", '{"version":2}', "secret"]) {
      writeFileSync(file, text);
      expect(() => ReplayState.open(file, "a", 0)).toThrow(/^[^\n{]+s\.json: it is no state of a replay$/);
    }
    expect(() => ReplayState.open(folder, "a", 0)).toThrow("EISDIR: ");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a state is not for what leaves its place as it is replayed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-state-"));
  try {
    const args = ["--from", "failed", "--to", "warehouse", "--stack", "local", "--state", join(folder, "s.json")];
    const { code, err } = await sluiceHere("replay", ...args);
    expect([code, err]).toEqual([
      2,
      "sluice: --from failed needs no --state\n  What is replayed leaves it: run the same command again.\n",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
