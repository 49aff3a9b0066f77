/** Where benches leave their results: each run's under `bench/results/`, which git ignores; the published one, tracked, beside it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publishDocs } from "./publish/publish.ts";

/**
 * Writes a run's result; `publish` also makes it the one that the docs quote, and writes those that quote it from there. Gives the
 * files written, from the project's folder.
 */
export function storeResult(bench: string, result: object, publish: boolean): string[] {
  const files = [resultFile(bench), ...(publish ? [publishedFile(bench)] : [])];
  const text = `${JSON.stringify(result, undefined, 2)}\n`;
  for (const file of files) {
    const path = join(root(), file);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }
  return publish ? [...files, ...publishDocs(root(), bench, result)] : files;
}

/** What the last run of a bench stored, as text. */
export function readResult(bench: string): string {
  return readFileSync(join(root(), resultFile(bench)), "utf8");
}

/** The result that the docs quote, as text. */
export function readPublished(bench: string): string {
  return readFileSync(join(root(), publishedFile(bench)), "utf8");
}

function resultFile(bench: string): string {
  return `bench/results/${bench}.json`;
}

function publishedFile(bench: string): string {
  return `bench/published/${bench}.json`;
}

function root(): string {
  return join(import.meta.dirname, "..");
}
