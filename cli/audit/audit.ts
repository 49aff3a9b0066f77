import { PARTITION_YEARS_AHEAD, PARTITION_YEARS_BACK } from "../../contract/columns.ts";
import { hourNumber } from "../../functions/shared/source.ts";
import type { StackFacts } from "../connect/stack-facts.ts";
import type { QueryResult } from "../query/result.ts";
import type { TimeWindow } from "../time-window.ts";
import { archiveSide } from "./archive-side.ts";
import { type AuditResult, BackendLedger } from "./ledger.ts";
import { type Cell, CellMap } from "./cell.ts";
import { ExpectedBatch } from "./expected-batch.ts";
import type { ObjectSource } from "./object-source.ts";
import type { StreamLedger } from "./stream-ledger.ts";
import { warehouseSide } from "./warehouse-side.ts";
import { withTables } from "./whereabouts.ts";
import type { WrittenSide } from "./written-side.ts";

/** Records that are read one by one are held against the stream in batches of so many, or of one cell that has more. */
const BATCH_RECORDS = 1_000_000;

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
/** All of BigQuery's. */
const ALL_TIME: TimeWindow = { sinceMs: Date.parse("0001-01-01"), untilMs: Date.parse("9999-12-31") };

/** Everything that an audit reads; it writes nothing. */
export interface AuditInput {
  readonly facts: StackFacts;
  readonly stream: StreamLedger;
  /** Absent where no backend writes to it. */
  readonly archive: ObjectSource | undefined;
  readonly deadLetters: ObjectSource;
  readonly query: (sql: string) => Promise<QueryResult>;
  /** Of arrival, by whole hours. */
  readonly window: TimeWindow;
  /** Of rows' event time, both bounds finite; unless given, all that the partition limits allow for the stream's records. */
  readonly eventWindow?: TimeWindow;
  /** Compares every record id, whatever the counts say. */
  readonly deep: boolean;
}

/** What an audit found. */
export interface Audit {
  /** Kinesis records in the window. */
  readonly kinesisRecords: number;
  /** Of rows' event time: others were not looked at. */
  readonly eventWindow: TimeWindow;
  /** By name, each backend whose records can be read back: those that are granted the archive or the warehouse. */
  readonly backends: Readonly<Record<string, AuditResult>>;
}

/**
 * The account of every record: counts of the stream against those of each backend, by shard and arrival hour; where they
 * differ, or cannot tell, record by record. Memory holds one batch at a time.
 */
export async function audit(input: AuditInput): Promise<Audit> {
  const { stream, window, deep } = input;
  const accepted = new CellMap(() => 0);
  let kinesisRecords = 0;
  for await (const entries of stream.entries({ window })) {
    kinesisRecords += entries.length;
    for (const { shard, arrivedMs, checksums } of entries) {
      const hour = hourNumber(arrivedMs);
      accepted.set({ shard, hour }, accepted.at(shard, hour) + checksums.length);
    }
  }
  const eventWindow = input.eventWindow ?? partitionLimits(accepted);
  const auditors = auditorsOf(input, eventWindow);
  const doubted = new CellMap(() => 0);
  for (const auditor of auditors.values()) {
    await auditor.count();
    for (const cell of auditor.doubted(accepted, deep)) {
      doubted.set(cell, accepted.find(cell.shard, cell.hour) ?? 0);
    }
  }
  for (const cells of batchesOf(doubted)) {
    const batch = await expectedBatch(input, cells);
    for (const auditor of auditors.values()) await auditor.read(batch);
  }
  const backends: Record<string, AuditResult> = {};
  for (const [name, auditor] of auditors) backends[name] = await located(auditor.result(accepted), name, input);
  return { kinesisRecords, eventWindow, backends };
}

/** The account with the tables of missing rows, where an archive can tell them. */
async function located(result: AuditResult, backend: string, { facts, archive }: AuditInput): Promise<AuditResult> {
  const { generation, record, backends } = facts;
  const isArchive = backends.find(({ name }) => name === backend)!.grants.includes("archive-bucket-write");
  if (isArchive || archive === undefined) return result;
  const { playerIdField } = record;
  return { ...result, findings: await withTables(result.findings, archive, { generation, playerIdField }) };
}

/** Event times that the tables take of records which arrived when these did, and a day for the time of writing. */
function partitionLimits(accepted: CellMap<number>): TimeWindow {
  const hours = accepted.entries().map(([{ hour }]) => hour);
  if (hours.length === 0) return ALL_TIME;
  return {
    sinceMs: Math.min(...hours) * MS_PER_HOUR - (PARTITION_YEARS_BACK * 366 + 1) * MS_PER_DAY,
    untilMs: Math.max(...hours) * MS_PER_HOUR + (PARTITION_YEARS_AHEAD * 366 + 1) * MS_PER_DAY,
  };
}

function auditorsOf(input: AuditInput, eventWindow: TimeWindow): Map<string, BackendLedger> {
  const { facts, deadLetters, window } = input;
  const auditors = new Map<string, BackendLedger>();
  for (const { name: backend, functionName, grants } of facts.backends) {
    const side = writtenSide(input, eventWindow, grants);
    if (side === undefined) continue;
    const { streamName, generation } = facts;
    auditors.set(
      backend,
      new BackendLedger(side, { deadLetters, backend, functionName, streamName, generation, window }),
    );
  }
  return auditors;
}

function writtenSide(
  { facts, archive, query, window }: AuditInput,
  eventWindow: TimeWindow,
  grants: StackFacts["backends"][number]["grants"],
): WrittenSide | undefined {
  const { generation } = facts;
  if (grants.includes("archive-bucket-write") && archive !== undefined) return archiveSide(archive, generation, window);
  if (grants.includes("google-warehouse-write")) return warehouseSide({ query, generation, window, eventWindow });
  return undefined;
}

/** Cells in order, as many at a time as have a batch of records between them. */
function* batchesOf(doubted: CellMap<number>): Generator<readonly Cell[], void, void> {
  let cells: Cell[] = [];
  let records = 0;
  for (const [cell, accepted] of doubted.entries()) {
    if (cells.length > 0 && records + accepted > BATCH_RECORDS) {
      yield cells;
      cells = [];
      records = 0;
    }
    cells.push(cell);
    records += accepted;
  }
  if (cells.length > 0) yield cells;
}

async function expectedBatch({ stream, facts, window }: AuditInput, cells: readonly Cell[]): Promise<ExpectedBatch> {
  const batch = new ExpectedBatch(cells, facts.generation);
  const shards = new Set(cells.map(({ shard }) => shard));
  const hours = cells.map(({ hour }) => hour);
  const span: TimeWindow = {
    sinceMs: Math.max(window.sinceMs, Math.min(...hours) * MS_PER_HOUR),
    untilMs: Math.min(window.untilMs, (Math.max(...hours) + 1) * MS_PER_HOUR),
  };
  for await (const entries of stream.entries({ window: span, shards })) {
    for (const entry of entries) batch.add(entry);
  }
  return batch;
}
