import { createHash } from "node:crypto";
import type { Chart } from "./charts.ts";

/** First line of a chart's file: tells, without drawing, whether the file is that of a specification. */
export function digestLine({ spec }: Pick<Chart, "spec">): string {
  return `<!-- specification ${createHash("sha256").update(JSON.stringify(spec)).digest("hex")} -->`;
}
