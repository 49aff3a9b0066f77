import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
/** Inputs that were found once, by target: test/hostile/fuzz.test.ts executes them all. */
export const FOUND = join(ROOT, "test/fixtures/found");

/** A stored input. */
export interface FoundInput {
  readonly target: string;
  readonly name: string;
  readonly input: Buffer;
}

/** Stores the input of a find under its target and digest; gives the file and the command that executes it again. */
export function storeFind(target: string, input: Buffer, folder = FOUND): { file: string; replay: string } {
  const name = `${createHash("sha256").update(input).digest("hex").slice(0, 16)}.bin`;
  mkdirSync(join(folder, target), { recursive: true });
  const path = join(folder, target, name);
  writeFileSync(path, input);
  const file = relative(ROOT, path);
  return { file, replay: `npm run bench -- fuzz --target ${target} --replay ${file}` };
}

/** Every stored input. */
export function foundInputs(folder = FOUND): FoundInput[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: target }) =>
      readdirSync(join(folder, target))
        .sort()
        .map((name) => ({ target, name, input: readFileSync(join(folder, target, name)) })),
    );
}
