import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildSync } from "esbuild";

/** A consumer's code: one file for Lambda, `index.mjs`, which exports `handler`. */
export interface Bundle {
  readonly code: string;
  /** SHA-256 of the code, hexadecimal. */
  readonly sha256: string;
}

const PROJECT_ROOT = fileURLToPath(new URL("..", import.meta.url));

/** CommonJS packages inside an ES module bundle call `require` for Node's own modules. */
const BANNER =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

/**
 * Bundles `functions/<backend>/handler.ts` with all that it imports, the AWS SDK included, for Lambda's Node 24.
 *
 * The same sources give the same bytes in any folder (so that a preview shows no difference where there is none): nothing
 * in the output names a path, a time or a version of this machine. Throws esbuild's error if the folder or an import is missing.
 */
export function bundleFunction(backend: string, projectRoot = PROJECT_ROOT): Bundle {
  const result = buildSync({ ...bundleOptions(backend, projectRoot), write: false });
  const code = result.outputFiles[0]!.text;
  return { code, sha256: createHash("sha256").update(code).digest("hex") };
}

/** How esbuild makes it: for whoever wants its source map beside the same code. */
export function bundleOptions(backend: string, projectRoot = PROJECT_ROOT): BuildOptions {
  return {
    absWorkingDir: projectRoot,
    entryPoints: [`functions/${backend}/handler.ts`],
    outfile: "index.mjs",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // Not the file: what it says for the type checker would show in the output's names.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: "es2024" } },
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
    banner: { js: BANNER },
  };
}
