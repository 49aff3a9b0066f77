import { engineSides } from "../../preview/engine.ts";
import { previewOf } from "../../preview/preview.ts";
import { STREAM, urn } from "./support.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const state = (inputs: object, more: object = {}) => ({
  urn: urn(STREAM, "log"),
  type: STREAM,
  custom: true,
  inputs,
  ...more,
});
const printed = (...steps: readonly object[]) => `warning: a line of the engine's own\n${JSON.stringify({ steps })}\n`;

test("what replaces a resource is the engine's word, whatever the table says", () => {
  const step = {
    urn: urn(STREAM, "log"),
    oldState: state({ shardCount: 2 }, { id: "x" }),
    newState: state({ shardCount: 4 }),
  };
  const kindOf = (kind: string) => {
    const { before, after, verdicts } = engineSides(
      printed({ ...step, op: "update", detailedDiff: { shardCount: { kind } } }),
    );
    return previewOf({ stack: "dev", before: { graph: before }, after: { graph: after }, verdicts }).changes[0]!.kind;
  };
  expect([kindOf("update"), kindOf("update-replace")]).toEqual(["changed", "replaced"]);
});

test("a step of creation has one side, and so has one of deletion", () => {
  const created = { op: "create", urn: urn(STREAM, "log"), newState: state({}) };
  const deleted = { op: "delete", urn: urn(STREAM, "log"), oldState: state({}) };
  const sizes = (step: object) => {
    const { before, after } = engineSides(printed(step));
    return [before.resources.length, after.resources.length];
  };
  expect([sizes(created), sizes(deleted)]).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test("secrets and archives are shown by what stands for them, defaults of the engine not at all", () => {
  const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", plaintext: '"hidden"' };
  const archive = { [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: "0123456789abcdef" };
  const inputs = { a: [secret], code: archive, __defaults: ["a"] };
  const { after } = engineSides(printed({ op: "create", urn: urn(STREAM, "log"), newState: state(inputs) }));
  expect(after.resources[0]!.inputs).toEqual({ a: ["(secret)"], code: "content 0123456789ab" });
});

test("an engine that prints no digest is an error", () => {
  expect(() => engineSides("error: no stack")).toThrow("the engine has printed no digest");
});
