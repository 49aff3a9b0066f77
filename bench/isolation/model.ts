/**
 * What one backend's catch-up costs the other by reads alone: two mappings on one shard on a virtual clock, with functions that take
 * no time. Plain consumers share the shard's 2 MB/s, fan-out consumers have as much each.
 */
import { GET_RECORDS_MAX_BYTES, SHARD_WRITE_BYTES_PER_SECOND } from "../../contract/limits.ts";
import { EventEncoder } from "../../model/event-source/event.ts";
import { EventSourceMapping } from "../../model/event-source/mapping.ts";
import { DEFAULT_SETTINGS } from "../../model/event-source/settings.ts";
import { streamShardReader } from "../../model/event-source/stream-reader.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import type { RecordStores } from "../../model/stream/types.ts";
import { percentile } from "./delivery.ts";
import type { DelayMs, ModelResult } from "./result.ts";
import type { Reads } from "./stage.ts";

export interface ModelOptions {
  readonly reads: Reads;
  /** Share of the shard's write limit, 0–1. */
  readonly load: number;
  readonly outageMinutes: number;
  /** Virtual minutes after which a catch-up is given up. */
  readonly limitMinutes: number;
}

const MINUTE_MS = 60_000;
const QUIET_MS = 5 * MINUTE_MS;
/** Few and large, so that hours take a second to compute. */
const RECORD_BYTES = 32 * 1024;
const PARTITION_KEY = "0";

export function catchUpOnOneShard({ reads, load, outageMinutes, limitMinutes }: ModelOptions): ModelResult {
  const stream = new StreamModel({ name: "model", shardCount: 1, createdAtMs: 0, stores: oneRecord() });
  const consumer = (name: string): string | undefined => (reads === "fan-out" ? name : undefined);
  const archive = new Consumer(stream, consumer("archive"));
  const warehouse = new Consumer(stream, consumer("warehouse"));
  const everyMs = (RECORD_BYTES / (load * SHARD_WRITE_BYTES_PER_SECOND)) * 1000;
  const killMs = QUIET_MS;
  const reviveMs = killMs + outageMinutes * MINUTE_MS;
  const limitMs = reviveMs + limitMinutes * MINUTE_MS;
  const data = new Uint8Array(RECORD_BYTES - PARTITION_KEY.length);
  let puts = 0;
  let caughtUpMs: number | undefined;
  for (let nowMs = 0; nowMs < limitMs && caughtUpMs === undefined;) {
    while (puts * everyMs <= nowMs) {
      stream.putRecord({ data, partitionKey: PARTITION_KEY }, nowMs);
      puts++;
    }
    warehouse.setEnabled(nowMs < killMs || nowMs >= reviveMs);
    // By turns, so that neither asks first whenever both may.
    const turns = puts % 2 === 0 ? [archive, warehouse] : [warehouse, archive];
    const wakeAtMs = Math.min(...turns.map((each) => each.run(nowMs)));
    if (nowMs >= reviveMs && warehouse.idle(nowMs)) caughtUpMs = nowMs;
    nowMs = Math.ceil(
      Math.min(wakeAtMs, puts * everyMs, nowMs < killMs ? killMs : nowMs < reviveMs ? reviveMs : limitMs),
    );
  }
  return {
    reads,
    load,
    catchUpMinutes: caughtUpMs === undefined ? undefined : (caughtUpMs - reviveMs) / MINUTE_MS,
    quiet: archive.delays(0, killMs),
    catchUp: archive.delays(reviveMs, caughtUpMs ?? limitMs),
  };
}

/** A mapping whose function answers at once, and how long each record waited for it. */
class Consumer {
  readonly #mapping: EventSourceMapping;
  readonly #waited: { readonly arrivalMs: number; readonly delayMs: number }[] = [];

  constructor(stream: StreamModel, consumer: string | undefined) {
    this.#mapping = new EventSourceMapping({
      settings: { ...DEFAULT_SETTINGS, batchSize: 10_000, fanOut: consumer !== undefined },
      reader: streamShardReader(stream, consumer),
      sizes: new EventEncoder({ eventSourceArn: "", region: "", invokeIdentityArn: "" }),
    });
  }

  setEnabled(enabled: boolean): void {
    this.#mapping.setEnabled(enabled);
  }

  /** Does all that is due; the time to come again. */
  run(nowMs: number): number {
    for (;;) {
      const { commands, wakeAtMs } = this.#mapping.step(nowMs);
      if (commands.length === 0) return wakeAtMs;
      for (const command of commands) {
        if (command.kind !== "invoke") throw new Error("nothing fails here");
        const { id, records } = command.invocation;
        for (const { arrivalMs } of records) this.#waited.push({ arrivalMs, delayMs: nowMs - arrivalMs });
        this.#mapping.completed(id, { kind: "response", response: null }, nowMs);
      }
    }
  }

  idle(nowMs: number): boolean {
    return this.#mapping.idle(nowMs);
  }

  /** Delays of the records that arrived in a span. */
  delays(fromMs: number, toMs: number): DelayMs {
    const waited = this.#waited
      .filter(({ arrivalMs }) => arrivalMs >= fromMs && arrivalMs < toMs)
      .map(({ delayMs }) => delayMs);
    return { median: percentile(waited, 0.5), p99: percentile(waited, 0.99), max: percentile(waited, 1) };
  }
}

/** All records are the same bytes, which are kept once: no read is longer than one GetRecords answer. */
function oneRecord(): RecordStores {
  const bytes = new Uint8Array(GET_RECORDS_MAX_BYTES);
  let end = 0;
  const store = {
    append: (partitionKey: Uint8Array, data: Uint8Array) => {
      const offset = end;
      end += partitionKey.length + data.length;
      return offset;
    },
    read: (_: number, length: number) => bytes.subarray(0, length),
    trim: () => undefined,
  };
  return { open: () => store, close: () => undefined };
}
