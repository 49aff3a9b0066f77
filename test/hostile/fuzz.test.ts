import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChunk, runOnce } from "../../bench/fuzz/chunk.ts";
import { foundInputs, storeFind } from "../../bench/fuzz/found.ts";
import { planChunks } from "../../bench/fuzz/plan.ts";
import { TARGETS, targetOf } from "../../bench/fuzz/targets/index.ts";
import { TARGETS as PLANTED } from "./planted-targets.ts";

const planted = (name: string) => PLANTED.find((target) => target.name === name)!;
const EXECUTIONS = 300;

describe("each target holds its claim", () => {
  test.each(TARGETS)("$name: $claim", async (target) => {
    const executions = Math.ceil(EXECUTIONS * Math.min(1, target.share * 10));
    expect(await runChunk(target, { target: target.name, seed: 1, executions })).toEqual({ executions });
  });
});

test.each(foundInputs())("an input that $target once failed on holds its claim: $name", async ({ target, input }) => {
  await runOnce(targetOf(target)!, input);
});

describe("a chunk", () => {
  test("finds an input that breaks a claim, made as small as can be", async () => {
    const { find } = await runChunk(planted("wrong"), { target: "wrong", seed: 1, executions: 2000 });
    expect(find).toEqual({ target: "wrong", input: Buffer.from("bug"), error: "ClaimError: no bug" });
  });

  test("finds an input after which a good one no longer works", async () => {
    const { find } = await runChunk(planted("spoilt"), { target: "spoilt", seed: 1, executions: 2000 });
    expect(find).toMatchObject({ target: "spoilt", error: "ClaimError: works afterwards" });
  });

  test("draws the same inputs from the same seed, and others from another", async () => {
    const inputs = async (seed: number): Promise<string> => {
      const seen: string[] = [];
      await runChunk(
        planted("sound"),
        { target: "sound", seed, executions: 50 },
        { onInput: (input) => seen.push(input.toString("hex")) },
      );
      return seen.join();
    };
    expect(await inputs(1)).toBe(await inputs(1));
    expect(await inputs(1)).not.toBe(await inputs(2));
  });
});

test("executions are divided over the decoders, by turns; others have their share on top", () => {
  const target = (name: string, group: "decoder" | "consumer", share: number) => ({
    ...planted("sound"),
    name,
    group,
    share,
  });
  const targets = [target("a", "decoder", 1), target("b", "decoder", 1), target("c", "consumer", 0.001)];

  const chunks = planChunks(targets, 100_000, 5);

  expect(chunks.map(({ target: name, executions }) => `${name} ${executions}`)).toEqual([
    ...["a 20000", "b 20000", "c 25", "a 20000", "b 20000", "c 25", "a 10000", "b 10000"],
  ]);
  expect(new Set(chunks.filter(({ target: name }) => name === "a").map(({ seed }) => seed)).size).toBe(3);
  expect(planChunks([targets[2]!], 100, 5).map(({ executions }) => executions)).toEqual([50, 50]);
});

test("a find is stored under its target and digest, and read again", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-found-"));
  const input = Buffer.from([0, 0xff]);

  const { file, replay } = storeFind("unpack", input, folder);

  expect(replay).toBe(`npm run bench -- fuzz --target unpack --replay ${file}`);
  expect(readFileSync(file)).toEqual(input);
  expect(foundInputs(folder)).toEqual([{ target: "unpack", name: "06eb7d6a69ee19e5.bin", input }]);
  rmSync(folder, { recursive: true });
});
