import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type * as parse from "./parse.ts";

/** Loads the parser: bundled into one CommonJS file, which is gone again once it is loaded. */
export function loadParser(): typeof parse {
  const folder = mkdtempSync(join(tmpdir(), "sluice-workflow-parser-"));
  try {
    const outfile = join(folder, "parse.cjs");
    const [output] = buildSync({
      ...{ entryPoints: [join(__dirname, "parse.ts")], outfile, write: false },
      ...{ bundle: true, format: "cjs", platform: "node", logLevel: "error" },
    }).outputFiles;
    writeFileSync(outfile, output!.contents);
    return jest.requireActual<typeof parse>(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
