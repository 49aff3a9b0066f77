import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where objects are read from: one bucket. */
export interface ObjectSource {
  /** Keys that start with a prefix, which ends with a slash or is empty; in order of key. */
  list(prefix: string): AsyncIterable<string>;
  /** What is between a prefix and the next slash of the keys below it: whole prefixes, each with its final slash. */
  folders(prefix: string): AsyncIterable<string>;
  read(key: string): Promise<Buffer>;
}

/** A bucket of the local cloud: plain files under one folder. A folder that is not there is an empty bucket. */
export function folderSource(folder: string): ObjectSource {
  const entriesOf = async (prefix: string) => {
    const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      },
    );
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  async function* list(prefix: string): AsyncGenerator<string, void, void> {
    for (const entry of await entriesOf(prefix)) {
      if (entry.isDirectory()) yield* list(`${prefix}${entry.name}/`);
      else yield prefix + entry.name;
    }
  }
  return {
    list,
    async *folders(prefix) {
      for (const entry of await entriesOf(prefix)) if (entry.isDirectory()) yield `${prefix}${entry.name}/`;
    },
    read: (key) => readFile(join(folder, key)),
  };
}
