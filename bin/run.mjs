// Runs a development tool of node_modules on the same Node as Sluice itself: `node bin/run.mjs jest --watch`.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import { launch } from "./launch.mjs";

const [tool, ...args] = process.argv.slice(2);
// Which package a tool's command comes from, where the names differ.
const PACKAGE = { tsc: "typescript-7" }[tool] ?? tool;
const manifest = join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), "package.json");
const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
const program = join(dirname(manifest), typeof bin === "string" ? bin : bin[tool]);
launch(["--disable-warning=ExperimentalWarning", program, ...args], { compileCache: true });
