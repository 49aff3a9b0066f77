import { archivePrefix } from "../../contract/keys.ts";
import { ObjectError } from "../connect/bucket.ts";
import { type NamedObject, objectsInWindow } from "../object-walk.ts";
import { type TimeWindow, inWindow } from "../time-window.ts";
import { type ReplayContext, writeOrPutAway } from "./context.ts";
import { StoredUnpacker } from "./stored-batch.ts";
import { type StoredLine, archiveLine } from "./stored-lines.ts";
import { openObject, readIfThere } from "./stored-object.ts";

/** Name of the archive's position in the replay's state. */
const ARCHIVE = "archive";
/** Objects of a quiet stream are small: those of a shard go together, up to so many records. */
const BATCH_RECORDS = 5_000;

/** Records on their way, all of one shard, and the object that the last of them are of. */
interface Pending {
  lines: StoredLine[];
  key: string;
}

/** Replays archived records, object by object in order of key. The archive stays as it is. */
export async function replayArchive(context: ReplayContext): Promise<void> {
  const { request, signal, state, tally } = context;
  const window = { sinceMs: request.window.sinceMs, untilMs: state.untilMs };
  const stored = new StoredUnpacker(context.consumer.wanted);
  const pending: Pending = { lines: [], key: "" };
  const flush = async (): Promise<void> => {
    if (pending.lines.length > 0) await writeOrPutAway(context, stored.batch(pending.lines));
    if (pending.key !== "") state.reach(ARCHIVE, pending.key);
    pending.lines = [];
  };
  for await (const object of objectsLeft(context, window)) {
    const { shard, records } = object.name;
    const isFull = pending.lines.length + records > BATCH_RECORDS;
    if (pending.lines.length > 0 && (isFull || pending.lines[0]!.id.shard !== shard)) await flush();
    if (signal.aborted) return;
    const lines = await linesOf(context, object);
    if (lines === undefined) continue;
    tally.objects++;
    tally.read += lines.length;
    const asked = lines.filter(({ arrivedMs }) => inWindow(window, arrivedMs));
    tally.notAskedFor += lines.length - asked.length;
    pending.lines = pending.lines.concat(asked);
    pending.key = object.key;
  }
  await flush();
}

/** The archive's objects in the window that are not done yet. */
async function* objectsLeft(
  { connection, state, tally }: ReplayContext,
  window: TimeWindow,
): AsyncGenerator<NamedObject, void, void> {
  const reached = state.position(ARCHIVE) ?? "";
  const prefix = archivePrefix(connection.facts.generation);
  const stranger = (key: string): unknown => tally.problems.push(`${key}: not an object of the archive`);
  for await (const object of objectsInWindow(connection.archive!, prefix, window, stranger)) {
    if (object.key > reached) yield object;
  }
}

/** The lines of an object; `undefined`, having said so, if it is broken. */
async function linesOf(
  { connection, tally }: ReplayContext,
  object: NamedObject,
): Promise<readonly StoredLine[] | undefined> {
  try {
    const bytes = await readIfThere(connection.archive!, object.key);
    if (bytes !== undefined) return (await openObject(object, bytes, archiveLine)).lines;
    tally.problems.push(`${object.key}: is no longer there`);
    return undefined;
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error;
    tally.problems.push(`${object.key}: cannot be read: ${error.message}`);
    return undefined;
  }
}
