import { crc32 } from "node:zlib";
import { divertedBackendPrefix, quarantinePrefix } from "../../contract/keys.ts";
import type { Reason } from "../../contract/reasons.ts";
import { recordIdPrefix } from "../../contract/record-id.ts";
import { hourNumber } from "../../functions/shared/source.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { messageOf } from "../errors.ts";
import { type FailedBatch, failedKeys, parseFailedBatch } from "../failed-batches.ts";
import { objectsInWindow } from "../object-walk.ts";
import { divertedLine, quarantineLine } from "../replay/stored-lines.ts";
import { type TimeWindow, inWindow } from "../time-window.ts";
import type { Findings } from "./findings.ts";
import { cellOf, readLineObject } from "./line-objects.ts";
import type { StoredCopy } from "./matcher.ts";
import type { ObjectSource } from "./object-source.ts";
import { entriesOf } from "./stream-ledger.ts";

export interface DeadLettersOptions {
  readonly deadLetters: ObjectSource;
  /** Name of the backend, as in the stack's configuration. */
  readonly backend: string;
  readonly functionName: string;
  readonly streamName: string;
  /** `""` for the first generation of the stream. */
  readonly generation: string;
  /** Of arrival, by whole hours. */
  readonly window: TimeWindow;
}

/** Is told of every record that a backend has put away. */
export interface DeadLetterVisitor {
  quarantined(copy: Required<StoredCopy>, reason: Reason): void;
  pending(copy: Required<StoredCopy>): void;
  /** A batch of which Lambda kept only metadata, being too large to be kept whole. */
  pendingRange(batch: FailedBatch): void;
}

/** Reads a backend's quarantine, what it diverted, and what Lambda gave up. What cannot be read goes to the findings. */
export async function visitDeadLetters(
  options: DeadLettersOptions,
  findings: Findings,
  visitor: DeadLetterVisitor,
): Promise<void> {
  const { deadLetters, backend, generation, window } = options;
  const stranger = (where: string): void => findings.add({ kind: "unreadable", where, detail: "no object of ours" });
  for await (const object of objectsInWindow(deadLetters, quarantinePrefix(generation, backend), window, stranger)) {
    const place = { cell: cellOf(object), where: object.key };
    await readLineObject(deadLetters, object, quarantineLine, findings, ({ recordId, bytes, reason }) =>
      visitor.quarantined({ recordId, ...place, checksum: crc32(bytes) }, reason!),
    );
  }
  for await (const table of deadLetters.folders(divertedBackendPrefix(generation, backend))) {
    for await (const object of objectsInWindow(deadLetters, table, window, stranger)) {
      const place = { cell: cellOf(object), where: object.key };
      await readLineObject(deadLetters, object, divertedLine, findings, ({ recordId, bytes }) =>
        visitor.pending({ recordId, ...place, checksum: crc32(bytes) }),
      );
    }
  }
  const unpacker = new Unpacker();
  for await (const key of failedKeys(deadLetters, options.functionName, window)) {
    await visitFailed(options, key, unpacker, findings, visitor);
  }
}

async function visitFailed(
  { deadLetters, streamName, generation, window }: DeadLettersOptions,
  where: string,
  unpacker: Unpacker,
  findings: Findings,
  visitor: DeadLetterVisitor,
): Promise<void> {
  let batch: FailedBatch;
  try {
    batch = parseFailedBatch(await deadLetters.read(where));
  } catch (error) {
    findings.add({ kind: "unreadable", where, detail: messageOf(error) });
    return;
  }
  if (batch.streamName !== streamName) return;
  if (batch.records === undefined) {
    if (batch.lastArrivedMs >= window.sinceMs && batch.firstArrivedMs < window.untilMs) visitor.pendingRange(batch);
    return;
  }
  for (const { shard, sequenceNumber, arrivedMs, checksums } of entriesOf(unpacker, batch.shard, batch.records)) {
    if (!inWindow(window, arrivedMs)) continue;
    const cell = { shard, hour: hourNumber(arrivedMs) };
    const prefix = recordIdPrefix(generation, shard, sequenceNumber);
    for (const [position, checksum] of checksums.entries()) {
      visitor.pending({ recordId: prefix + position, cell, where, checksum });
    }
  }
}
