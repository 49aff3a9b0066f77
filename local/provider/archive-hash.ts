/** Hashes of assets and archives as Pulumi's engine computes them: those of a state that was not written by it must be the same. */
import { createHash } from "node:crypto";
import type { FileArchive } from "../graph.ts";

const BLOCK = 512;

/** SHA-256 of a text asset, hexadecimal. */
export function assetHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * SHA-256 of an archive of text assets, hexadecimal: that of a tar file of them in order of name, each of mode 600 and without owner or
 * time, as Go's archive/tar writes it. Names are ASCII of at most 100 bytes.
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/archive/archive.go
 */
export function archiveHash({ files }: FileArchive): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(files).sort()) {
    const content = Buffer.from(files[name]!);
    hash.update(tarHeader(name, content.length)).update(content);
    hash.update(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
  }
  return hash.update(Buffer.alloc(2 * BLOCK)).digest("hex");
}

/** POSIX ustar. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06 */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, name],
    [100, octal(0o600, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(size, 11)],
    [136, octal(0, 11)],
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\x0000"],
    [329, octal(0, 7)],
    [337, octal(0, 7)],
  ];
  for (const [offset, text] of fields) header.write(text, offset, "latin1");
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${octal(checksum, 6)} `, 148, "latin1");
  return header;
}
