import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkOutputs } from "../../cli/local/check-outputs.ts";
import { declaredStack } from "../../cli/local/declared-stack.ts";
import { makeRunDirectory } from "../../cli/local/run-directory.ts";
import { UsageError } from "../../cli/errors.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-usage-"));
  writeFileSync(join(folder, "file"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("files that could not be written at the end are refused at the beginning, all at once", () => {
  const files = { "--report": join(folder, "no", "r.json"), "--endpoints": folder };
  expect(() => checkOutputs(files)).toThrow(
    new UsageError(
      `cannot write --report ${folder}/no/r.json: its folder does not exist; --endpoints ${folder}: is a folder`,
    ),
  );
  expect(() => checkOutputs({ "--report": join(folder, "file", "r.json") })).toThrow("its folder does not exist");
});

test("new files, existing files and none are taken", () => {
  checkOutputs({ "--report": join(folder, "file"), "--endpoints": join(folder, "new") });
  checkOutputs({ "--report": undefined });
});

test.each(["nowhere", "../stacks/x", ""])("a stack that does not exist is named: %j", async (stack) => {
  await expect(declaredStack({ stack, shards: undefined })).rejects.toEqual(
    new UsageError(
      `there is no stack ${stack}: stacks/Pulumi.${stack}.yaml does not exist; there are dev, local, production, staging`,
    ),
  );
});

test("a number of shards that the configuration refuses is a wrong command line with field, rule and fix", async () => {
  const refused = await declaredStack({ stack: "local", shards: 20_000 }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expect((refused as UsageError).message).toContain("sluice:stream.shardCount\n    value: 20000\n    rule:  ");
});

test("a data folder that is a file is refused by name", () => {
  const data = join(folder, "file");
  expect(() => makeRunDirectory(data, 0, 1)).toThrow(`cannot make the run's folder in --data ${data}: not a folder`);
});

test("a data folder where the system makes none is told at once (Linux has such a place)", () => {
  if (process.platform !== "linux") return;
  expect(() => makeRunDirectory("/proc/sluice", 0, 1)).toThrow(
    "cannot make the run's folder in --data /proc/sluice: no folder can be made there",
  );
});
