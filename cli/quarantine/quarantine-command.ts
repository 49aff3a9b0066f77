import { type RecordId, parseRecordId } from "../../contract/record-id.ts";
import type { Reason } from "../../contract/reasons.ts";
import { connect } from "../connect/connect.ts";
import { CommandError, UsageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { type CloudOptions, cloudOf } from "../run-option.ts";
import { type WindowOptions, windowOf } from "../time-window.ts";
import { type QuarantinedRecord, quarantinedRecords } from "./read.ts";
import { recordJson, renderList, renderRecord, renderStats } from "./render.ts";
import { countQuarantine } from "./stats.ts";

/** What all of `sluice quarantine` takes. */
export interface QuarantineOptions extends CloudOptions, WindowOptions {
  readonly backend?: string;
  readonly reason?: Reason;
  readonly json?: boolean;
}

/** Where it prints. */
export interface QuarantineTerminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** `sluice quarantine stats`. Gives the exit code, as the others do: 1 if something could not be read. */
export function quarantineStats(options: QuarantineOptions, terminal: QuarantineTerminal): Promise<number> {
  return reading(options, terminal, undefined, async (records) => {
    const counts = await countQuarantine(records);
    const json = (): string => counts.map((count) => `${JSON.stringify(count)}\n`).join("");
    terminal.stdout.write(options.json === true ? json() : renderStats(counts));
  });
}

/** `sluice quarantine list`. */
export function quarantineList(
  options: QuarantineOptions & { readonly limit: number },
  terminal: QuarantineTerminal,
): Promise<number> {
  return reading(options, terminal, undefined, async (records) => {
    const shown: QuarantinedRecord[] = [];
    let count = 0;
    for await (const record of records) {
      if (count++ >= options.limit) continue;
      if (options.json === true) terminal.stdout.write(recordJson(record, false));
      else shown.push(record);
    }
    if (options.json !== true) terminal.stdout.write(renderList(shown, Math.max(0, count - options.limit)));
  });
}

/** `sluice quarantine show`. Throws a CommandError if none of the ids is there. */
export function quarantineShow(
  texts: readonly string[],
  options: QuarantineOptions & { readonly payload?: boolean },
  terminal: QuarantineTerminal,
): Promise<number> {
  const ids = texts.map(recordId);
  const payload = options.payload === true;
  return reading(options, terminal, ids, async (records) => {
    const missing = new Set(texts);
    for await (const record of records) {
      if (!texts.includes(record.recordId)) continue;
      missing.delete(record.recordId);
      terminal.stdout.write(options.json === true ? recordJson(record, payload) : renderRecord(record, payload));
    }
    if (missing.size > 0) throw new CommandError(`not in the quarantine: ${[...missing].join(", ")}`);
  });
}

async function reading(
  options: QuarantineOptions,
  { stderr }: QuarantineTerminal,
  ids: readonly RecordId[] | undefined,
  work: (records: AsyncIterable<QuarantinedRecord>) => Promise<void>,
): Promise<number> {
  const window = windowOf(options);
  const connection = await connect(cloudOf(options));
  try {
    const { backend, reason } = options;
    const names = connection.facts.backends.map(({ name }) => name);
    if (backend !== undefined && !names.includes(backend)) {
      throw new UsageError(`there is no backend ${backend}`, { hint: `There are: ${names.join(", ")}.` });
    }
    let problems = 0;
    const filter = { window, backend, reason, ids };
    await work(
      quarantinedRecords(connection, filter, (problem) => {
        problems++;
        stderr.write(`sluice: ${problem}\n`);
      }),
    );
    return problems === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await connection.close();
  }
}

function recordId(text: string): RecordId {
  const id = parseRecordId(text);
  if (id === undefined) throw new UsageError(`${text} is no record id such as 0:4959…:0`);
  return id;
}
