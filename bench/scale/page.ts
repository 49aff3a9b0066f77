/** The growth section of docs/performance.md, made from a result. Pure. */
import { markdownTable } from "../../infra/config/markdown-table.ts";
import { type Chart, charts } from "./charts.ts";
import type { LimitRow, ScaleResult } from "./result.ts";
import { scaleTables } from "./tables.ts";

const BEGIN = "<!-- growth: written by npm run bench -- scale --publish -->";
const END = "<!-- /growth -->";

/** The page with the result in its place; an Error if it has none. */
export function withGrowth(page: string, result: ScaleResult): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error("docs/performance.md has no place for the growth tables");
  return `${page.slice(0, from)}${BEGIN}\n\n${growthText(result)}\n\n${page.slice(to)}`;
}

function growthText(result: ScaleResult): string {
  const [throughput, catchUp, limits] = charts(result);
  const tables = scaleTables(result).map(({ title, rows }) => `${title}\n\n${markdownTable(rows)}`);
  const [shards, sizes, hours, growth, met, floor] = tables;
  return [
    given(result),
    firstLimits(result),
    picture(limits!),
    met,
    picture(throughput!),
    shards,
    sizes,
    floor,
    picture(catchUp!),
    hours,
    growth,
  ].join("\n\n");
}

function picture({ alternative, file }: Chart): string {
  return `![${alternative}](charts/${file})`;
}

/** What the figures rest on, in one paragraph. */
function given({ assumptions, command }: ScaleResult): string {
  const { times, sources, latency, fixedShare, coldStartMs, batchSize, batchWindowSeconds, gzipRatio } = assumptions;
  const time = (backend: "archive" | "warehouse"): string =>
    `${backend} ${times[backend].cpuMicrosPerRecord} µs a record and ${times[backend].cpuMsPerInvocation} ms an invocation ` +
    `(${sources[backend]}), waits of ${latency[backend].medianMs} ms, one in a hundred above ${latency[backend].p99Ms} ms`;
  return (
    `\`${command}\`. Processor times of a whole processor: ${time("archive")}; ${time("warehouse")}. ` +
    `${Math.round(fixedShare * 100)} % of a record's time does not grow with its bytes. Cold starts of ${coldStartMs} ms, batches of at most ` +
    `${batchSize.toLocaleString("en-US")} records, a window of ${batchWindowSeconds} s, prices with rows compressed to ${gzipRatio}.`
  );
}

/** Which limit comes first, in a sentence. */
export function firstLimits({ limits }: ScaleResult): string {
  const first = limits[0]!;
  const other = limits.find(({ name }) => name.startsWith("Lambda"))!;
  const at = ({ metAt }: LimitRow, format: "plain" | "kpl+zlib"): string =>
    Number(metAt[format].toPrecision(2)).toLocaleString("en-US");
  return (
    `Beyond the shards themselves, which are added one by one, the first limit that growth meets is "${first.name}", at ` +
    `${at(first, "plain")} records/s plain and ${at(first, "kpl+zlib")} KPL + zlib; the first on the side of AWS is "${other.name}", at ` +
    `${at(other, "plain")} and ${at(other, "kpl+zlib")}.`
  );
}
