import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LEDGER_FILE } from "../../cli/audit/ledger-file.ts";
import { consoleView } from "../../cli/local/console-view.ts";
import { keepLedger } from "../../cli/local/audit-run.ts";
import { systemClock } from "../../contract/clock.ts";
import { fileRecordStores } from "../../local/kinesis/file-record-store.ts";
import { StreamRegistry } from "../../local/kinesis/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-destroyed-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A run's stream with more records than its store keeps in memory, and the ledger of them. */
async function served(name: string) {
  const directory = join(folder, name);
  const stores = () => fileRecordStores(directory, { bufferBytes: 64 });
  const streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1", stores });
  const { model: stream } = streams.create({ name, shardCount: 1 }, systemClock.now());
  for (let record = 0; record < 5; record++) {
    stream.putRecord({ data: Buffer.alloc(100, "x"), partitionKey: "k" }, systemClock.now());
  }
  const run = { directory, stream, cloud: { services: { streams } } };
  expect(await keepLedger(run)).toBe(true);
  return { run, streams, stream, written: readFileSync(join(directory, LEDGER_FILE)) };
}

test("the ledger of a stream that was destroyed is the one from before, and no part of another is left", async () => {
  const { run, streams, stream, written } = await served("before");
  streams.delete(stream.name, systemClock.now());
  expect(await keepLedger(run)).toBe(false);
  expect(readdirSync(run.directory)).toEqual([LEDGER_FILE]);
  expect(readFileSync(join(run.directory, LEDGER_FILE))).toEqual(written);
});

test("so it is where the stream is destroyed while the ledger is written", async () => {
  const { run, streams, stream, written } = await served("meanwhile");
  const keeping = keepLedger(run);
  streams.delete(stream.name, systemClock.now());
  expect(streams.get(stream.name, systemClock.now())).toBeUndefined();
  expect(await keeping).toBe(false);
  expect(readdirSync(run.directory)).toEqual([LEDGER_FILE]);
  expect(readFileSync(join(run.directory, LEDGER_FILE))).toEqual(written);
});

test("another stream of the same name is not the run's", async () => {
  const { run, streams, stream } = await served("again");
  streams.delete(stream.name, systemClock.now());
  streams.create({ name: stream.name, shardCount: 1 }, systemClock.now());
  expect(await keepLedger(run)).toBe(false);
  streams.close();
});

test("the run says so at its end", () => {
  let shown = "";
  const output = { isTTY: false, write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
  consoleView({ output, clock: systemClock }).streamDestroyed("log");
  expect(shown).toBe(
    "Stream log was destroyed while the run was served, and its records with it: the run's ledger stays as its own audit wrote it.\n",
  );
});
