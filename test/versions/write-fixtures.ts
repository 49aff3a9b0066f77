/**
 * Writes what this release leaves behind, for the tests of later ones: `node test/versions/write-fixtures.ts DIRECTORY`. Run once for each
 * release, and never over a folder that is there: what a release has written does not change.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { playerLog } from "../../cli/generate/player-log.ts";
import { runLocal } from "../../cli/local/run-local.ts";
import type { RunView } from "../../cli/local/run-view.ts";
import { failureKey, failureRecord } from "../../model/event-source/failure-record.ts";
import { EventEncoder } from "../../model/event-source/event.ts";
import { RunFolder } from "../support/run-folder.ts";

const START_MS = Date.UTC(2026, 10, 21, 15);
const RECORDS = 20;

const nothing = (): void => undefined;
const SILENT: RunView = {
  ...{ started: nothing, engine: nothing, progress: nothing, stop: nothing, refused: nothing, functionFailed: nothing },
  ...{ problem: nothing, interrupted: nothing, finished: nothing, serving: nothing, streamDestroyed: nothing },
};

async function write(folder: string): Promise<void> {
  const lines = [...playerLog({ seed: 1, records: RECORDS, startMs: START_MS })];
  const broken = [lines[0]!.replace(/"timestamp":"[^"]+"/, '"timestamp":"yesterday"'), "not JSON"];
  process.chdir(work);
  writeFileSync("log.ndjson", [...lines, ...broken].map((line) => `${line}\n`).join(""));
  await runLocal(
    {
      ...{ input: ["log.ndjson"], records: 0, seed: 1, rate: undefined, shards: 1, limits: true, stack: "local" },
      ...{ data: work, report: undefined, serve: false, engine: "in-process", endpoints: undefined },
    },
    SILENT,
    new AbortController().signal,
  );
  const run = new RunFolder(join(work, "latest"));
  mkdirSync(folder, { recursive: true });
  for (const file of ["report.json", "endpoints.json", "stack.json", "stream-ledger.ndjson.gz"]) {
    copyFileSync(join(run.directory, file), join(folder, file));
  }
  for (const [bucket, prefix] of [
    ["archiveBucket", "logs/"],
    ["deadLetterBucket", "quarantine/"],
  ] as const) {
    for (const key of run.keys(bucket, prefix)) {
      const file = join(folder, bucket === "archiveBucket" ? "archive" : "dead-letters", key);
      mkdirSync(join(file, ".."), { recursive: true });
      copyFileSync(join(run.directory, "s3", run.endpoints()[bucket], key), file);
    }
  }
  writeFailedBatch(folder, lines.slice(0, 2));
  copyFileSync(new URL("../../stacks/Pulumi.production.yaml", import.meta.url), join(folder, "Pulumi.production.yaml"));
}

/** A batch that Lambda gave up, as the local Lambda writes it. */
function writeFailedBatch(folder: string, lines: readonly string[]): void {
  const streamArn = "arn:aws:kinesis:us-east-1:000000000000:stream/sluice-local-player-log";
  const shardId = "shardId-000000000000";
  const records = lines.map((line, index) => ({
    sequenceNumber: `4966600000000000000000000000000000000000000000000000${index}`,
    partitionKey: line.slice(14, 46),
    data: Buffer.from(line),
    arrivalMs: START_MS + index,
  }));
  const encoder = new EventEncoder({
    ...{ eventSourceArn: streamArn, region: "us-east-1", invokeIdentityArn: "arn:aws:iam::000000000000:role/role" },
  });
  const discarded = { id: 1, shardId, lane: 0, records, condition: "RetryAttemptsExhausted" as const };
  const text = failureRecord(
    { ...discarded, invokeCount: 3, functionError: true, oversized: false },
    {
      ...{ requestId: "00000000-0000-4000-8000-000000000000", streamArn, timestampMs: START_MS + 60_000 },
      functionArn: "arn:aws:lambda:us-east-1:000000000000:function:sluice-local-warehouse",
      payload: encoder.encode(shardId, records).toString("utf8"),
    },
  );
  const mapping = "00000000-0000-4000-8000-000000000001";
  const file = join(folder, "dead-letters", failureKey(mapping, shardId, START_MS + 60_000, mapping));
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

const [target] = process.argv.slice(2);
if (target === undefined || existsSync(target)) throw new Error("name a folder that is not there yet");
const work = mkdtempSync(join(tmpdir(), "sluice-release-"));
try {
  await write(resolve(target));
} finally {
  rmSync(work, { recursive: true, force: true });
}
