/** A preview's HTML, opened from a file. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { renderHtml } from "../../preview/html.ts";
import { previewOfExample } from "../preview/runs/examples.ts";
import { Browser } from "./browser.ts";
import { findChromium } from "./find-chromium.ts";

const WIDTHS = [1280, 390];

let folder: string;
let url: string;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-preview-page-"));
  const environments = [await previewOfExample("drop-a-backend"), await previewOfExample("tune-shards")];
  const file = join(folder, "preview.html");
  writeFileSync(file, renderHtml({ base: "main", head: "the change", environments }));
  url = pathToFileURL(file).href;
  browser = new Browser(findChromium(process.env));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(WIDTHS)("a preview at %d pixels", (width) => {
  test("opens without a problem, a script or something to load, and nothing is cut off", async () => {
    const visit = await browser.open(url, width);
    const kept = process.env["SLUICE_SCREENSHOTS"];
    await visit.evaluate(`document.querySelectorAll("details").forEach((each) => (each.open = true))`);
    if (kept !== undefined) writeFileSync(join(kept, `preview-${width}.png`), await visit.screenshot(), "base64");
    expect(visit.problems).toEqual([]);
    expect(await visit.evaluate("document.scripts.length")).toBe(0);
    expect(await visit.evaluate("performance.getEntriesByType('resource').length")).toBe(0);
    expect(await visit.evaluate("document.documentElement.scrollWidth")).toBe(width);
  });

  test("says first what loses data, and draws each environment's resources", async () => {
    const visit = await browser.open(url, width);
    const first = `[...document.querySelectorAll("h2")].map(({ textContent, nextElementSibling }) => [textContent, nextElementSibling.className])`;
    expect(await visit.evaluate(first)).toEqual([
      ["staging", "danger"],
      ["production", ""],
    ]);
    await visit.evaluate(`document.querySelectorAll("details").forEach((each) => (each.open = true))`);
    const drawn = `[...document.querySelectorAll(".graph svg")].map((svg) => ({
      boxes: [...svg.querySelectorAll("rect")].filter((box) => box.getBoundingClientRect().width > 100).length > 20,
      deleted: svg.querySelectorAll(".deleted rect").length > 0,
      changed: svg.querySelectorAll(".changed rect").length > 0 }))`;
    expect(await visit.evaluate(drawn)).toEqual([
      { boxes: true, deleted: true, changed: expect.any(Boolean) },
      { boxes: true, deleted: false, changed: true },
    ]);
  });
});
