/** Where benches leave their results: each run's under `bench/results/`, which git ignores; the published one, tracked, beside it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a run's result; `publish` also makes it the one that the docs quote. Gives the files written, from the project's folder. */
export function storeResult(bench: string, result: object, publish: boolean): string[] {
  const files = [`bench/results/${bench}.json`, ...(publish ? [publishedFile(bench)] : [])];
  const text = `${JSON.stringify(result, undefined, 2)}\n`;
  for (const file of files) {
    const path = join(root(), file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
  return files;
}

/** The result that the docs quote, as text. */
export function readPublished(bench: string): string {
  return readFileSync(join(root(), publishedFile(bench)), "utf8");
}

function publishedFile(bench: string): string {
  return `bench/published/${bench}.json`;
}

function root(): string {
  return join(import.meta.dirname, "..");
}
