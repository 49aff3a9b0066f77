import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where objects are read from: one bucket. */
export interface ObjectSource {
  /** Keys that start with a prefix, which ends with a slash or is empty; in order of key. */
  list(prefix: string): AsyncIterable<string>;
  read(key: string): Promise<Buffer>;
}

/** A bucket of the local cloud: plain files under one folder. A folder that is not there is an empty bucket. */
export function folderSource(folder: string): ObjectSource {
  async function* walk(prefix: string): AsyncGenerator<string, void, void> {
    const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      },
    );
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) yield* walk(`${prefix}${entry.name}/`);
      else yield prefix + entry.name;
    }
  }
  return { list: walk, read: (key) => readFile(join(folder, key)) };
}
