import { crc32 } from "node:zlib";
import type { FileArchive } from "../../local/graph.ts";

/** 1980-01-01, the first day that a zip file can name, at midnight. */
const [DOS_TIME, DOS_DATE] = [0, 0x21];
/** Made on Unix, by version 2.0. */
const MADE_BY = 0x0314;
/** A plain file that everyone may read: Lambda runs the code under another user. */
const ATTRIBUTES = 0o100644 << 16;

/** A zip file of an archive's files, stored as they are. The same files give the same bytes, on any machine. */
export function zipOf({ files }: FileArchive): Uint8Array {
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, text] of Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    const entry = shorts(20, 0x0800, 0, DOS_TIME, DOS_DATE);
    const sizes = Buffer.concat([longs(crc32(content), content.length, content.length), shorts(path.length, 0)]);
    const header = Buffer.concat([longs(0x04034b50), entry, sizes, path]);
    local.push(header, content);
    central.push(longs(0x02014b50), shorts(MADE_BY), entry, sizes, shorts(0, 0, 0), longs(ATTRIBUTES, offset), path);
    offset += header.length + content.length;
  }
  const directory = Buffer.concat(central);
  const count = Object.keys(files).length;
  const end = [longs(0x06054b50), shorts(0, 0, count, count), longs(directory.length, offset), shorts(0)];
  return Buffer.concat([...local, directory, ...end]);
}

function shorts(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
  return bytes;
}
