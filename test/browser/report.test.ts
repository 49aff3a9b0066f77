import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Browser, type Visit } from "./browser.ts";
import { findChromium } from "./find-chromium.ts";

const WIDTHS = [1280, 390];
/** Ample: a report is some seconds of work. */
const REPORT_MS = 300_000;
const FIGURES = ["rates", "ages", "cost", "map"];

interface AdviceJson {
  readonly best: { readonly shards: number };
  readonly nextCheaper?: object;
  readonly current?: object;
  readonly hotKeys: readonly object[];
}

let folder: string;
let browser: Browser;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-report-"));
  browser = new Browser(findChromium(process.env));
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function sluice(...args: string[]): string {
  return execFileSync(process.execPath, ["bin/sluice.mjs", "tune", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** A report from a trace of this command line; `SLUICE_SCREENSHOTS` keeps pictures of it. */
function report(
  name: string,
  trace: readonly string[],
  advice: readonly string[] = [],
): { url: string; html: string; json: AdviceJson } {
  const [traceFile, htmlFile] = [join(folder, `${name}.json`), join(folder, `${name}.html`)];
  sluice("trace", ...trace, "--starts-at", "2026-11-02T18:00:00Z", "--out", traceFile);
  const json = JSON.parse(
    sluice("advise", "--trace", traceFile, "--json", "--html", htmlFile, ...advice),
  ) as AdviceJson;
  return { url: pathToFileURL(htmlFile).href, html: readFileSync(htmlFile, "utf8"), json };
}

/** How many marks of a kind each figure shows at this width. */
function marks(visit: Visit, kind: string): Promise<Record<string, number>> {
  return visit.evaluate(`Object.fromEntries([...document.querySelectorAll("figure")].map((figure) => [figure.id,
    [...figure.querySelectorAll('[aria-roledescription="${kind}"]')].filter((mark) => mark.checkVisibility()).length]))`);
}

async function keep(visit: Visit, name: string): Promise<void> {
  const kept = process.env["SLUICE_SCREENSHOTS"];
  if (kept !== undefined) writeFileSync(join(kept, `${name}.png`), await visit.screenshot(), "base64");
}

const CASES = [
  {
    name: "wave",
    trace: ["--rate-profile", "daily:2500", "--record-size", "700", "--duration", "5h"],
    advice: ["--stack", "production"],
    keys: 0,
  },
  {
    name: "hot",
    trace: ["--rate-profile", "spike:300:4:20", "--hot-key", "0.3", "--duration", "2h"],
    advice: ["--slo-age", "30s"],
    keys: 1,
  },
  {
    name: "many",
    trace: ["--rate", "9000", "--record-size", "500", "--duration", "1h"],
    advice: ["--headroom", "1.2"],
    keys: 0,
  },
] as const;

describe.each(CASES)("the report of $name", ({ advice, keys, name, trace }) => {
  let given: ReturnType<typeof report>;
  beforeAll(() => {
    given = report(name, trace, advice);
  }, REPORT_MS);

  test.each(WIDTHS)(
    "opens from a file at %d pixels without a problem, a script or something to load, and nothing is cut off",
    async (width) => {
      const visit = await browser.open(given.url, width);
      await keep(visit, `${name}-${width}`);
      expect(visit.problems).toEqual([]);
      expect(await visit.evaluate("innerWidth")).toBe(width);
      expect(await visit.evaluate("document.documentElement.scrollWidth")).toBe(width);
      const outside = `[...document.querySelectorAll("main *")].filter((part) => part.checkVisibility())
      .filter((part) => { const { left, right } = part.getBoundingClientRect(); return left < -0.5 || right > innerWidth + 0.5; })
      .map((part) => part.outerHTML.slice(0, 200))`;
      expect(await visit.evaluate(outside)).toEqual([]);
      expect(await visit.evaluate("performance.getEntriesByType('resource').length")).toBe(0);
      expect(await visit.evaluate("document.scripts.length")).toBe(0);
    },
  );

  test.each(WIDTHS)("shows at %d pixels each chart once, with as many series as there are", async (width) => {
    const visit = await browser.open(given.url, width);
    const { best, current, nextCheaper } = given.json;
    const charts = `[...document.querySelectorAll("figure")].map((figure) =>
      [figure.id, [...figure.querySelectorAll("svg.marks")].filter((svg) => svg.checkVisibility()).length])`;
    expect(await visit.evaluate(charts)).toEqual(FIGURES.map((id) => [id, 1]));
    const candidates = [best, nextCheaper, current].filter((candidate) => candidate !== undefined).length;
    expect(await marks(visit, "line mark")).toEqual({
      // Without keys all shards have the same rate: one line.
      rates: keys === 0 ? 1 : Math.min(8, best.shards),
      ages: candidates,
      cost: 0,
      map: 0,
    });
    expect(await marks(visit, "rule mark")).toEqual({ rates: 1, ages: 1, cost: 1, map: 1 });
    expect(await marks(visit, "rect mark")).toEqual({ rates: 0, ages: 0, cost: 0, map: best.shards });
    const legend = `[...document.querySelectorAll("figure")].map((figure) => figure.querySelectorAll(".legend li").length)`;
    const [rates, ages] = await visit.evaluate<number[]>(legend);
    expect([rates, ages]).toEqual([keys === 0 ? 1 : Math.min(8, best.shards), candidates]);
    const { cost, map } = await marks(visit, "point");
    expect(map).toBe(keys);
    expect(cost).toBeGreaterThanOrEqual(candidates - 1);
  });

  test.each(WIDTHS)("has text of at least 11 pixels at %d pixels, in charts too", async (width) => {
    const visit = await browser.open(given.url, width);
    const smallest = `Math.min(...[...document.querySelectorAll("svg text")].filter((text) => text.checkVisibility()).map((text) => {
      const svg = text.ownerSVGElement;
      return parseFloat(getComputedStyle(text).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    }))`;
    expect(await visit.evaluate(smallest)).toBeGreaterThanOrEqual(11);
  });
});
