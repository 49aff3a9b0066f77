import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costsPage, priceTable } from "../../cli/cost/docs-page.ts";
import { LEFT_OUT } from "../../cli/cost/left-out.ts";
import { defaultConfiguration } from "../../model/cost/configuration.ts";
import { estimate } from "../../model/cost/estimate.ts";
import { PRICES, PRICES_DATE } from "../../model/cost/price-table.ts";
import { sluiceHere } from "../support/run-sluice.ts";

/** One line of the table, its cells without their padding. */
function row(out: string, name: string): string[] | undefined {
  const line = out.split("\n").find((text) => text.startsWith(`│ ${name} `) || text.startsWith(`│   ${name} `));
  return line
    ?.split("│")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

interface CostJson {
  readonly version: number;
  readonly prices: Readonly<Record<string, unknown>>;
  readonly load: Readonly<Record<string, unknown>>;
  readonly configuration: { readonly stream: Readonly<Record<string, unknown>> };
  readonly estimates: readonly {
    readonly name: string;
    readonly month: Readonly<Record<string, number>>;
    readonly perMillionRecords: Readonly<Record<string, number>> | null;
    readonly lines: readonly { readonly item: string; readonly free: number; readonly usd: number }[];
  }[];
  readonly leftOut: readonly string[];
  readonly warnings: readonly string[];
}

async function costJson(...args: readonly string[]): Promise<CostJson> {
  const { code, out, err } = await sluiceHere("cost", "--json", ...args);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as CostJson;
}

describe("sluice cost", () => {
  test("prints every line, the sums, the peers, the date and what is left out", async () => {
    const { code, out, err } = await sluiceHere("cost", "--rate", "100", "--record-size", "1000");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(
      /^Two backends with every setting at its default: 100 records\/s of 1,000 bytes, plain, compressed to 0\.25; 1 shard; a month of 730 hours, in US dollars:\n/,
    );
    expect(row(out, "shards")).toEqual(["shards", "730", "shard-hour", "0.015", "10.95", "0.04167"]);
    expect(row(out, "PUT payload units")).toEqual([
      "PUT payload units",
      "263",
      "million units",
      "0.014",
      "3.68",
      "0.01400",
    ]);
    // Holds the service times that the bench published last.
    const { totals, perMillion } = estimate(
      defaultConfiguration(1),
      { recordsPerSecond: 100, recordBytes: 1000, format: "plain", gzipRatio: 0.25, hours: 730 },
      { freeTier: false },
    );
    const without = [totals.withoutStorageUsd.toFixed(2), perMillion!.withoutStorageUsd.toFixed(5)];
    expect(row(out, "without storage")).toEqual(["without storage", "", "", "", ...without]);
    for (const name of ["Sluice", "Firehose + BigQuery subscription", "Sluice with insertAll"]) {
      expect(row(out, name)).toHaveLength(6);
    }
    expect(out).toContain(`List prices of us-east-1, gone through on ${PRICES_DATE}, without free tiers;`);
    for (const what of LEFT_OUT) expect(out).toContain(`  - ${what}\n`);
  });

  test("--stack prices a stack's own settings, and --shards other shards", async () => {
    const production = await costJson("--rate", "4000", "--stack", "production");
    expect(production.configuration.stream).toEqual({
      ...{ mode: "provisioned", shards: 8, retentionHours: 96, shardLevelMetrics: 7 },
    });
    expect(production.estimates[0]!.lines.map(({ item }) => item)).toEqual(
      expect.arrayContaining([
        "fan-out, archive",
        "fan-out, warehouse",
        "retention beyond 24 hours",
        "Glacier, archive",
      ]),
    );
    expect(production.warnings).toEqual([]);
    const small = await costJson("--rate", "4000", "--stack", "production", "--shards", "2");
    expect(small.configuration.stream).toMatchObject({ shards: 2 });
    expect(small.warnings).toEqual(["2 shards do not take this load: 5 do, at 992 records/s each"]);
  });

  test("--stack alone prices the load that the stack declares, and what is asked for goes before it", async () => {
    const declared = { recordsPerSecond: 4000, recordBytes: 1024, format: "plain" };
    expect((await costJson("--stack", "production")).load).toMatchObject(declared);
    expect((await costJson("--stack", "production", "--format", "kpl")).load).toMatchObject({
      ...declared,
      format: "kpl",
    });
  });

  test("--json has a version, and lines that add up", async () => {
    const json = await costJson("--rate", "500", "--format", "kpl", "--gzip-ratio", "0.2");
    expect(json.version).toBe(1);
    expect(json.prices).toEqual({ date: PRICES_DATE, region: "us-east-1", freeTier: false });
    expect(json.load).toEqual({
      ...{ recordsPerSecond: 500, recordBytes: 1024, format: "kpl", gzipRatio: 0.2, hours: 730 },
    });
    expect(json.estimates.map(({ name }) => name)).toEqual([
      "Sluice",
      "Firehose + BigQuery subscription",
      "Sluice with insertAll",
    ]);
    for (const { lines, month } of json.estimates) {
      expect(lines.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(month["usd"]!, 9);
    }
    expect(json.leftOut).toEqual(LEFT_OUT);
  });

  test("--free-tier takes off what is free", async () => {
    const [sluice] = (await costJson("--rate", "500", "--free-tier")).estimates;
    const ingestion = sluice!.lines.find(({ item }) => item === "Storage Write, warehouse");
    expect(ingestion).toMatchObject({ usd: 0 });
    expect(ingestion!.free).toBeGreaterThan(1000);
    const { out } = await sluiceHere("cost", "--rate", "500", "--free-tier");
    expect(row(out, "alarms")![1]).toBe("22 (10 free)");
  });

  test("a stream at rest has a price, and none for a million records", async () => {
    expect((await costJson("--rate", "0")).estimates[0]).toMatchObject({ perMillionRecords: null });
    expect(row((await sluiceHere("cost", "--rate", "0")).out, "in all")).toEqual(["in all", "", "", "", "17.25", "–"]);
  });

  test("a load too large for the shards is a warning at the end", async () => {
    const { out } = await sluiceHere("cost", "--rate", "5000", "--shards", "1");
    expect(out).toMatch(/\nWarning: 1 shard does not take this load: 6 do, at 992 records\/s each\.\n/);
  });

  test("--help has an example", async () => {
    const { out } = await sluiceHere("cost", "--help");
    expect(out).toContain("  sluice cost --rate 500 --record-size 1024 ");
  });

  test.each([
    [
      ["cost"],
      "sluice: which load?\n  Give --rate, in log records a second, or --stack with a stack that declares its load.\n",
    ],
    [
      ["cost", "--stack", "local"],
      "sluice: which load?\n  Give --rate, in log records a second: stack local declares no load (sluice:load).\n",
    ],
    [
      ["cost", "--rate", "-1"],
      "sluice: option '--rate <n>' argument '-1' is invalid. It is a number from 0 to 1000000000, written in digits.\n",
    ],
    [
      ["cost", "--rate", "1", "--gzip-ratio", "0"],
      "sluice: option '--gzip-ratio <n>' argument '0' is invalid. It is a number above 0 and at most 1.\n",
    ],
    [
      ["cost", "--rate", "1", "--format", "x"],
      "sluice: option '--format <name>' argument 'x' is invalid. Allowed choices are plain, kpl, kpl+zlib.\n",
    ],
    [
      ["cost", "--rate", "1", "--stack", "nope"],
      "sluice: there is no stack nope: stacks/Pulumi.nope.yaml does not exist\n",
    ],
  ])("a wrong command line ends with code 2 and says what is wrong: %j", async (args, err) => {
    const end = await sluiceHere(...args);
    expect([end.code, end.out]).toEqual([2, ""]);
    expect(end.err).toContain(err);
  });
});

describe("docs/costs.md", () => {
  test("is what the model writes: node cli/cost/write-docs.ts", () => {
    expect(readFileSync(join(__dirname, "../../docs/costs.md"), "utf8")).toBe(costsPage());
  });

  test("has a row for each price", () => {
    const [, , ...rows] = priceTable().split("\n");
    expect(rows.map((line) => line.split("|")[1]!.trim())).toEqual(Object.keys(PRICES).map((key) => `\`${key}\``));
  });
});
