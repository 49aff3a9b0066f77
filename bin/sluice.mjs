#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { launch } from "./launch.mjs";

const main = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
launch(["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)], { compileCache: true });
