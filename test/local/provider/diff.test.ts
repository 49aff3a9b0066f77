import fc from "fast-check";
import { REPLACING_PROPERTIES, rulesOf } from "../../../infra/replacing-properties.ts";
import { diffInputs } from "../../../local/provider/diff.ts";
import { REALISERS } from "../../../local/realise/index.ts";
import { ARCHIVE, SIGNATURE_KEY, UNKNOWN } from "../../../local/pulumi-values.ts";

const STREAM = rulesOf("aws:kinesis/stream:Stream");
const TABLE = rulesOf("gcp:bigquery/table:Table");
const MAPPING = rulesOf("aws:lambda/eventSourceMapping:EventSourceMapping");

test("another shard count is an update in place, another name a replacement that need not wait", () => {
  expect(diffInputs(STREAM, { name: "s", shardCount: 2 }, { name: "s", shardCount: 4 })).toEqual({
    changes: [{ path: "shardCount", kind: "update", replaces: false }],
    deleteBeforeReplace: false,
  });
  expect(diffInputs(STREAM, { name: "s" }, { name: "t" })).toEqual({
    changes: [{ path: "name", kind: "update", replaces: true }],
    deleteBeforeReplace: false,
  });
});

test("what keeps its name has to go before it comes again", () => {
  const partitioned = (field: string) => ({ tableId: "t", timePartitioning: { type: "DAY", field } });
  expect(diffInputs(TABLE, partitioned("a"), partitioned("b"))).toEqual({
    changes: [{ path: "timePartitioning.field", kind: "update", replaces: true }],
    deleteBeforeReplace: true,
  });
});

test("changes are named by the engine's paths, each where it is", () => {
  const before = { tags: { "cost centre": "1", gone: "x" }, functionResponseTypes: ["a", "b"], batchSize: 1 };
  const after = { tags: { "cost centre": "2", added: "y" }, functionResponseTypes: ["a", "c", "d"], batchSize: 1 };
  expect(diffInputs(MAPPING, before, after).changes.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    'update tags["cost centre"]',
    "delete tags.gone",
    "add tags.added",
    "update functionResponseTypes[1]",
    "add functionResponseTypes[2]",
  ]);
});

test("archives are compared by hash, since the engine leaves their content away", () => {
  const code = (hash: string, assets?: object) => ({
    code: { [SIGNATURE_KEY]: ARCHIVE, hash, ...(assets && { assets }) },
  });
  expect(diffInputs(MAPPING, code("one"), code("one", { a: "text" })).changes).toEqual([]);
  expect(diffInputs(MAPPING, code("one"), code("two")).changes).toEqual([
    { path: "code", kind: "update", replaces: false },
  ]);
});

test("what is not known yet counts as changed", () => {
  expect(diffInputs(MAPPING, { eventSourceArn: "arn" }, { eventSourceArn: UNKNOWN })).toEqual({
    changes: [{ path: "eventSourceArn", kind: "update", replaces: true }],
    deleteBeforeReplace: false,
  });
});

test("the same inputs have no difference, and other ones have, whichever way round", () => {
  const inputs = fc.dictionary(
    fc.string(),
    fc.jsonValue().filter((value) => value !== null),
  ) as fc.Arbitrary<Record<string, unknown>>;
  fc.assert(
    fc.property(inputs, inputs, (one, other) => {
      expect(diffInputs(STREAM, one, structuredClone(one)).changes).toEqual([]);
      const there = diffInputs(STREAM, one, other).changes;
      const back = diffInputs(STREAM, other, one).changes;
      expect(there.map(({ path }) => path).sort()).toEqual(back.map(({ path }) => path).sort());
    }),
  );
});

test("what a realiser does not change in place forces a replacement, or is refused by its service", () => {
  const fixed = REALISERS.flatMap((realiser) =>
    realiser.behaviour === "real" ? realiser.fixed.map((path) => [realiser.type, path] as const) : [],
  );
  const listed = fixed.filter(([type, path]) => REPLACING_PROPERTIES[type]!.inputs[path] !== "replaces");
  expect(listed).toEqual([["gcp:bigquery/table:Table", "timePartitioning.type"]]);
});
