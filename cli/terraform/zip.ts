import { strToU8, zipSync } from "fflate";
import type { ZipOptions } from "fflate";
import type { FileArchive } from "../../local/graph.ts";

/** What fflate would take from the machine and the moment is set, so that the same files give the same bytes anywhere. */
const OPTIONS: ZipOptions = {
  level: 9,
  // The first day that a zip file can name. Zip files hold local time, so it is given as such.
  mtime: new Date(1980, 0, 1),
  // Unix: a plain file that everyone may read, since Lambda runs the code under another user.
  os: 3,
  attrs: 0o100644 << 16,
};

/** A zip file of an archive's files. */
export function zipOf({ files }: FileArchive): Uint8Array {
  const entries = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1));
  return zipSync(Object.fromEntries(entries.map(([name, text]) => [name, [strToU8(text), OPTIONS]])));
}
