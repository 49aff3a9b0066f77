import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { archivePrefix } from "../../contract/keys.ts";
import { messageOf } from "../errors.ts";
import { objectsInWindow } from "../object-walk.ts";
import { inWindow } from "../time-window.ts";
import { type ReplayContext, writeOrPutAway } from "./context.ts";
import { StoredUnpacker } from "./stored-batch.ts";
import { type StoredLine, archiveLine, readLines } from "./stored-lines.ts";

const unzip = promisify(gunzip);
/** Name of the archive's position in the replay's state. */
const ARCHIVE = "archive";

/** Replays archived records, object by object in order of key. The archive stays as it is. */
export async function replayArchive(context: ReplayContext): Promise<void> {
  const { connection, request, signal, state, tally } = context;
  const window = { sinceMs: request.window.sinceMs, untilMs: state.untilMs };
  const archive = connection.archive!;
  const stored = new StoredUnpacker(context.consumer.wanted);
  const reached = state.position(ARCHIVE) ?? "";
  const stranger = (key: string): unknown => tally.problems.push(`${key}: not an object of the archive`);
  for await (const { key } of objectsInWindow(archive, archivePrefix(connection.facts.generation), window, stranger)) {
    if (key <= reached) continue;
    if (signal.aborted) return;
    const bytes = await archive.read(key);
    tally.objects++;
    let lines: readonly StoredLine[];
    try {
      lines = readLines(await unzip(bytes), archiveLine);
    } catch (error) {
      tally.problems.push(`${key}: cannot be read: ${messageOf(error)}`);
      continue;
    }
    tally.read += lines.length;
    const asked = lines.filter(({ arrivedMs }) => inWindow(window, arrivedMs));
    tally.notAskedFor += lines.length - asked.length;
    if (asked.length > 0) await writeOrPutAway(context, stored.batch(asked));
    state.reach(ARCHIVE, key);
  }
}
