import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { playerLog } from "../../cli/generate/player-log.ts";
import { RunFolder, sortedBytes } from "../support/run-folder.ts";
import { type CommandEnd, SluiceCommand, sluice } from "../support/run-sluice.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

/** Far more than is sent before the signal. */
const SLOW = ["local", "--records", "100000", "--rate", "400", "--shards", "1"];

const folder = mkdtempSync(join(tmpdir(), "sluice-interrupt-"));
const data = join(folder, "data");
const commands: SluiceCommand[] = [];
afterAll(() => {
  for (const command of commands) command.kill();
  rmSync(folder, { recursive: true });
});

function start(...args: readonly string[]): SluiceCommand {
  const command = new SluiceCommand(args);
  commands.push(command);
  return command;
}

/** Resolves with a run's folder once its first records are in the archive. */
async function midway(command: SluiceCommand): Promise<RunFolder> {
  let run: RunFolder | undefined;
  await command.until(() => {
    const directory = /^Data of this run: (.*)$/m.exec(command.printed)?.[1];
    run ??= directory === undefined ? undefined : new RunFolder(directory);
    return run !== undefined && run.keys("archiveBucket", "logs/").length > 0;
  });
  return run!;
}

describe("a run that is ended by a signal", () => {
  let midwayRuns: RunFolder[];
  let ends: CommandEnd[];
  let processesBefore: number[];
  let left: (readonly string[])[];

  beforeAll(async () => {
    const early = join(folder, "early");
    const [one, other, starting] = [
      start(...SLOW, "--data", data),
      start(...SLOW, "--data", data),
      start(...SLOW, "--data", early),
    ];
    const atStart = starting!.until(() => existsSync(join(early, "latest")));
    const startingEnded = atStart.then(() => starting!.signal("SIGINT", "launcher"));
    midwayRuns = await Promise.all([midway(one!), midway(other!)]);
    await startingEnded;
    processesBefore = [one!, other!].map((command) => command.running().length);
    one!.signal("SIGINT", "group");
    other!.signal("SIGTERM", "launcher");
    ends = await Promise.all(commands.map(({ ended }) => ended));
    left = commands.map((command) => command.running());
  });

  test("has the signal's exit code: Ctrl-C at a terminal, SIGTERM to the launcher, SIGINT while the cloud starts", () => {
    expect(ends.map(({ code, err }) => [code, err])).toEqual([
      [130, ""],
      [143, ""],
      [130, ""],
    ]);
  });

  test("leaves no process of launcher, command and functions", () => {
    for (const count of processesBefore) expect(count).toBeGreaterThanOrEqual(3);
    expect(left).toEqual([[], [], []]);
  });

  test("has a folder of its own beside another run's, and leaves no locked file", async () => {
    expect(readdirSync(join(data, "runs")).length).toBe(2);
    for (const run of midwayRuns) {
      expect(await run.query("SELECT COUNT(*) FROM player_log_0 WHERE event_time >= TIMESTAMP '2000-01-01'")).toEqual([
        [expect.stringMatching(/^\d+$/)],
      ]);
      expect(existsSync(join(run.directory, "report.json"))).toBe(false);
    }
  });

  test("does not disturb the next one in the same folder, whose 400 lines of 2015 are archived and quarantined", async () => {
    const lines = [...playerLog({ seed: 5, records: 400, startMs: Date.UTC(2015, 5, 1) })];
    const input = join(folder, "old.ndjson");
    writeFileSync(input, `${lines.join("\n")}\n`);
    const { code, err } = await sluice("local", "--input", input, "--data", data, "--shards", "1");
    expect([code, err]).toEqual([0, ""]);
    expect(readdirSync(join(data, "runs")).length).toBe(3);
    expect(readlinkSync(join(data, "latest"))).toMatch(/^runs\//);
    const run = new RunFolder(join(data, "latest"));
    const account = { accepted: 400, repeated: 0, pending: 0, missing: 0, duplicates: 0, unexpected: 0 };
    expect(run.report().audit).toEqual({
      archive: { ...account, written: 400, quarantined: 0, quarantinedByReason: {}, holds: true, problems: [] },
      warehouse: {
        ...{ ...account, written: 0, quarantined: 400, quarantinedByReason: { TIME_OUT_OF_RANGE: 400 } },
        ...{ holds: true, problems: [] },
      },
    });
    const bytes = sortedBytes(lines.map((line) => Buffer.from(line)));
    expect(sortedBytes(run.archived().map((line) => line.bytes))).toEqual(bytes);
    const quarantined = run.quarantined("warehouse");
    expect(sortedBytes(quarantined.map(({ raw }) => Buffer.from(raw, "base64")))).toEqual(bytes);
    expect(new Set(quarantined.map(({ reason }) => reason))).toEqual(new Set(["TIME_OUT_OF_RANGE"]));
    expect(await run.rows()).toEqual([]);
  });
});
