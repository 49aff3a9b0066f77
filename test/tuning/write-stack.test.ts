import { parse } from "yaml";
import { changeStackFile } from "../../cli/tune/advise/write-stack.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { readStackFile } from "../../infra/config/stack-file.ts";
import { startingPosition } from "../../infra/starting-position.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import type { Design } from "../../model/tuning/design.ts";

const FILE = `# An example.
config:
  sluice:aws:
    accountId: "333333333333"
    region: us-east-1
  sluice:google:
    projectId: example-sluice-production
    projectNumber: "333333333333"
    location: US
  sluice:stream:
    shardCount: 4 # as of October
  sluice:backends:
    # Has one of its own.
    archive:
      grants: [archive-bucket-write]
      fanOut: true
      createdWithFanOut: true
      reservedConcurrency: 4
    warehouse:
      grants: [google-warehouse-write]
`;
const SWITCHED = new Date("2026-11-21T09:00:00.250Z");
const DECLARED = { parallelizationFactor: 1, batchWindowSeconds: 5, memoryMb: 256, fanOut: true };

function configOf(text: string): StackConfig {
  const { values } = readStackFile(text, { name: "stacks/Pulumi.test.yaml" });
  return resolveConfig({ project: "sluice", stack: "test", values }, { hasFunction: () => true });
}

function change(design: Design) {
  return changeStackFile(FILE, configOf(FILE), design, SWITCHED);
}

test("a stack that is as advised stays as it is", () => {
  const design = { shards: 4, backends: { archive: DECLARED, warehouse: { ...DECLARED, fanOut: false } } };
  expect(change(design)).toEqual({ text: FILE, changes: [], notes: [] });
});

test("what differs is set, comments stay, and a reservation grows with the lanes", () => {
  const warehouse = { parallelizationFactor: 2, batchWindowSeconds: 10, memoryMb: 512, fanOut: false };
  const { changes, notes, text } = change({ shards: 6, backends: { archive: DECLARED, warehouse } });
  expect(changes).toEqual([
    "stream.shardCount: 4 → 6",
    "backends.archive.reservedConcurrency: 4 → 6",
    "backends.warehouse.parallelizationFactor: 1 → 2",
    "backends.warehouse.batchWindowSeconds: 5 → 10",
    "backends.warehouse.memoryMb: 256 → 512",
  ]);
  expect(notes).toEqual([]);
  const changed = FILE.replace("shardCount: 4", "shardCount: 6").replace(
    "reservedConcurrency: 4",
    "reservedConcurrency: 6",
  );
  expect(text).toBe(`${changed}      parallelizationFactor: 2\n      batchWindowSeconds: 10\n      memoryMb: 512\n`);
  expect(configOf(text).backends.find(({ name }) => name === "warehouse")).toMatchObject(warehouse);
});

test("a switch of fan-out is written down with its time, as the validator asks for", () => {
  const design = { shards: 4, backends: { archive: { ...DECLARED, fanOut: false }, warehouse: DECLARED } };
  const { changes, notes, text } = change(design);
  expect(changes).toEqual([
    "backends.archive.fanOut: true → false",
    "backends.archive.fanOutSwitches: + 2026-11-21T09:00:00Z",
    "backends.warehouse.fanOut: false → true",
    "backends.warehouse.fanOutSwitches: + 2026-11-21T09:00:00Z",
  ]);
  expect(notes).toHaveLength(2);
  for (const backend of configOf(text).backends) {
    expect(startingPosition(backend)).toEqual({
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: "2026-11-21T08:50:00Z",
    });
  }
  // Switched back, the list grows.
  const again = changeStackFile(
    text,
    configOf(text),
    { shards: 4, backends: { archive: DECLARED } },
    new Date("2026-11-22T00:00:00Z"),
  );
  const { archive } = (parse(again.text) as { config: Record<string, Record<string, { fanOutSwitches: unknown }>> })
    .config["sluice:backends"]!;
  expect(archive!.fanOutSwitches).toEqual(["2026-11-21T09:00:00Z", "2026-11-22T00:00:00Z"]);
});

test.each([
  [8, []],
  [2, []],
  [
    9,
    [
      "4 → 9 shards is more than ×2 or less than ×½, which one update may do: sluice tune apply --target 9 goes there in steps",
    ],
  ],
  [
    1,
    [
      "4 → 1 shards is more than ×2 or less than ×½, which one update may do: sluice tune apply --target 1 goes there in steps",
    ],
  ],
])("%d shards from 4", (shards, notes) => {
  expect(change({ shards, backends: {} }).notes).toEqual(notes);
});

test("where the auto-scaler owns the shards it is told that the count is only a beginning", () => {
  const file = `${FILE}  sluice:autoscaling:\n    mode: act\n    minShards: 2\n    maxShards: 16\n`;
  const { changes, notes } = changeStackFile(file, configOf(file), { shards: 9, backends: {} }, SWITCHED);
  expect([changes, notes]).toEqual([
    ["stream.shardCount: 4 → 9"],
    [
      "the auto-scaler owns the shard count: 9 is only what a new stream begins with; its bounds are autoscaling.minShards and autoscaling.maxShards",
    ],
  ]);
});
