import type { Clock, Random } from "../../contract/clock.ts";
import { TABLE_NAMES } from "../../contract/columns.ts";
import { GZIP_LEVEL, threadPoolCompressor } from "../../functions/shared/compressor.ts";
import type { Verdict } from "../../functions/shared/quarantine.ts";
import { RecordReader, timeRange, wantedFields } from "../../functions/shared/record.ts";
import type { RecordFields } from "../../functions/shared/record.ts";
import { appendRows } from "../../functions/warehouse/append.ts";
import { AppendRequestEncoder } from "../../functions/warehouse/append-request.ts";
import { AppendRun, DEFAULT_APPEND_OPTIONS } from "../../functions/warehouse/append-run.ts";
import type { AppendDeps } from "../../functions/warehouse/append-run.ts";
import { AppendConnection } from "../../functions/warehouse/connection.ts";
import { Connections } from "../../functions/warehouse/connections.ts";
import { Judgement } from "../../functions/warehouse/judge.ts";
import { RowEncoder } from "../../functions/warehouse/rows.ts";
import { encodeWriterSchema } from "../../functions/warehouse/schema.ts";
import { TableHealth } from "../../functions/warehouse/table-health.ts";
import type { StorageWriteTarget } from "../connect/connection.ts";
import type { Consumer, Handled, Pace } from "./consumer.ts";
import type { DeadLetterOffice } from "./dead-letter-office.ts";
import type { Batch } from "./stored-batch.ts";

/** What the warehouse is written with. */
export interface WarehouseConsumerDeps {
  readonly backend: string;
  readonly deadLetters: DeadLetterOffice;
  readonly fields: RecordFields;
  readonly project: string;
  readonly dataset: string;
  readonly partitionExpiryDays: number | undefined;
  /** `undefined` in a dry run: rows are judged, and nothing is sent. */
  readonly target: StorageWriteTarget | undefined;
  /** The one table to write to, `undefined` for all. */
  readonly table: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** How long one batch is tried, in milliseconds. */
  readonly batchTimeoutMs: number;
}

/** The warehouse: judges, encodes and appends rows as its consumer does, with that very code. */
export function warehouseConsumer(deps: WarehouseConsumerDeps): Consumer {
  const { deadLetters, fields, clock, table, target } = deps;
  const reader = new RecordReader();
  const append = target && appendDeps(deps, target);
  const ofTable = (number: number): boolean => table === undefined || TABLE_NAMES[number] === table;

  async function handle({ pieces, source }: Batch, pace: Pace): Promise<Handled> {
    const judgement = new Judgement(pieces, reader, timeRange(clock.now(), deps.partitionExpiryDays));
    const { verdicts } = judgement;
    const tables = judgement.tables.map((rows, number) => (ofTable(number) ? rows : []));
    const rows = tables.flat();
    const skipped = pieces.count - verdicts.size - rows.length;
    if (append === undefined) {
      return { written: rows, bad: verdicts, diverted: [], failed: [], skipped, errorCode: "" };
    }
    await pace(rows.length);
    const writtenAtMs = clock.now();
    const selected: Judgement = { ...judgement, tables };
    const encoder = new RowEncoder({ pieces, source, judgement: selected, ingestedMicros: writtenAtMs * 1000 });
    const run = new AppendRun(append, encoder, selected, writtenAtMs + deps.batchTimeoutMs);
    const outcome = await appendRows(run, TABLE_NAMES);
    const bad = new Map<number, Verdict>(verdicts);
    for (const index of outcome.tooLarge) bad.set(index, { reason: "TOO_LARGE", detail: "" });
    for (const index of outcome.refused) bad.set(index, { reason: "REFUSED_BY_BACKEND", detail: "INVALID_ARGUMENT" });
    const { written, diverted, failed, errorCode } = outcome;
    return { written, bad, diverted, failed, skipped, errorCode };
  }

  return {
    backend: deps.backend,
    wanted: wantedFields(fields),
    handle,
    putAway: (batch, handled) => deadLetters.putAway(batch, handled, clock.now() + deps.batchTimeoutMs),
    close: async () => append?.connections.close(),
  };
}

function appendDeps(deps: WarehouseConsumerDeps, target: StorageWriteTarget): AppendDeps {
  const { clock, random, project, dataset } = deps;
  const { endpoint, writeLocation, tokens } = target;
  return {
    connections: new Connections({
      open: (accessToken) => new AppendConnection({ endpoint, writeLocation, accessToken, clock }),
      tokens,
      clock,
    }),
    encoder: new AppendRequestEncoder(encodeWriterSchema()),
    health: new TableHealth(clock),
    compress: (bytes) => threadPoolCompressor.compress(bytes, GZIP_LEVEL),
    ...{ clock, random, project, dataset },
    options: DEFAULT_APPEND_OPTIONS,
  };
}
