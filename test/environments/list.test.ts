import { listEnvironments } from "../../cli/environments/env-command.ts";
import { Printed, ScratchProject, stackText } from "./support.ts";

const scratch = new ScratchProject({ broken: stackText("  sluice:logRetentionDays: 8\n") });
afterAll(() => scratch.remove());

test("sluice env list has every stack, and one that cannot be read hides no other", () => {
  const printed = new Printed();
  listEnvironments(scratch.root, false, printed);
  const rows = printed.text
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows.map((row) => row.slice(0, -1))).toEqual([
    ["stack", "AWS", "Google", "shards", "backends", "protected", "records/s"],
    ["broken"],
    ["dev", "111111111111 us-east-1", "example-sluice-dev US", "1", "archive, warehouse", "no", "100"],
    ["local", "000000000000 us-east-1", "sluice-local US", "8", "archive, warehouse", "no", "4,000*"],
    [
      "production",
      "333333333333 us-east-1",
      "example-sluice-production US",
      "8",
      "archive (fan-out), warehouse (fan-out)",
      "yes",
      "4,000",
    ],
    [
      "staging",
      "222222222222 us-east-1",
      "example-sluice-staging US",
      "2",
      "archive (fan-out), warehouse (fan-out)",
      "yes",
      "500",
    ],
  ]);
  expect(rows.map((row) => row.at(-1))[3]).toBe("–");
  expect(printed.text).toContain("sluice:logRetentionDays\n    value: 8\n");
});

test("sluice env list --json has the same as data, with what a month costs", () => {
  const printed = new Printed();
  listEnvironments(scratch.root, true, printed);
  const { version, environments } = JSON.parse(printed.text) as {
    version: number;
    environments: { stack: string; monthlyUsd?: number }[];
  };
  expect(version).toBe(1);
  const [broken, dev, local, production] = environments;
  expect(broken).toEqual({ stack: "broken", problem: expect.stringContaining("has 1 problem.") as string });
  expect(dev).toEqual({
    ...{
      stack: "dev",
      awsAccount: "111111111111",
      awsRegion: "us-east-1",
      googleProject: "example-sluice-dev",
      googleLocation: "US",
    },
    ...{
      shards: 1,
      backends: [
        { name: "archive", fanOut: false },
        { name: "warehouse", fanOut: false },
      ],
      protected: false,
    },
    load: { recordsPerSecond: 100, recordBytes: 1024, declared: true },
    monthlyUsd: dev!.monthlyUsd,
  });
  expect(local).not.toHaveProperty("monthlyUsd");
  expect(production!.monthlyUsd).toBeGreaterThan(dev!.monthlyUsd!);
});
