import { crc32 } from "node:zlib";
import { archivePrefix } from "../../contract/keys.ts";
import { type NamedObject, objectsInWindow } from "../object-walk.ts";
import { archiveLine } from "../replay/stored-lines.ts";
import type { TimeWindow } from "../time-window.ts";
import { CellMap } from "./cell.ts";
import { cellOf, readLineObject } from "./line-objects.ts";
import type { ObjectSource } from "./object-source.ts";
import type { WrittenSide } from "./written-side.ts";

/** The archive: counted by the names of its objects alone, which carry shard, hour, range and number of records. */
export function archiveSide(archive: ObjectSource, generation: string, window: TimeWindow): WrittenSide {
  const objects = new CellMap<NamedObject[]>(() => []);
  return {
    async count(tallies, findings) {
      const stranger = (where: string): void =>
        findings.add({ kind: "unreadable", where, detail: "no object of ours" });
      for await (const object of objectsInWindow(archive, archivePrefix(generation), window, stranger)) {
        const { shard, hour } = cellOf(object);
        objects.at(shard, hour).push(object);
      }
      for (const [{ shard, hour }, inCell] of objects.entries()) {
        const tally = tallies.at(shard, hour);
        for (const { name } of inCell) tally.copies += name.records;
        if (overlap(inCell)) tally.doubts.add("overlap");
      }
    },
    alsoWritten: () => Promise.resolve(undefined),
    async read(batch, isDoubted, matcher, findings) {
      for (const [index, cell] of batch.cells.entries()) {
        if (!isDoubted(index)) continue;
        for (const object of objects.find(cell.shard, cell.hour) ?? []) {
          const where = object.key;
          await readLineObject(archive, object, archiveLine, findings, ({ recordId, bytes }) =>
            matcher.written({ recordId, cell, where, checksum: crc32(bytes) }),
          );
        }
      }
    },
    // Readers of objects take one line per record id.
    duplicates: () => Promise.resolve(0),
  };
}

/** Whether the ranges of two objects of one cell have sequence numbers in common. Exported for its tests. */
export function overlap(objects: readonly NamedObject[]): boolean {
  const ranges = objects.map(
    ({ name }) => [BigInt(name.firstSequenceNumber), BigInt(name.lastSequenceNumber)] as const,
  );
  ranges.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return ranges.some(([first], index) => index > 0 && first <= ranges[index - 1]![1]);
}
