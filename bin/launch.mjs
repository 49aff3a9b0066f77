// Runs a program on the Node that `findNode` gives, as if it had been started itself: same terminal, signals and exit code.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { setInterval } from "node:timers";
import { fileURLToPath } from "node:url";
import { findNode } from "./node24.mjs";

const PARENT_CHECK_MS = 250;

/** Compiled code, so that a later start need not parse the clouds' SDKs again. https://nodejs.org/api/module.html#module-compile-cache */
const COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/node-compile-cache", import.meta.url));

/**
 * Runs `node ...args`; ends this process with the child's exit code, or 128 + signal number. `compileCache`: keep compiled code for later
 * starts of it and of what it starts; not for what measures starts.
 */
export function launch(args, { compileCache = false } = {}) {
  let node;
  try {
    node = findNode();
  } catch (error) {
    console.error(`sluice: ${error.message}`);
    process.exit(1);
  }
  const env = compileCache ? { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env } : process.env;
  const child = spawn(node, args, { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal signals the whole process group, npm and kill only this process: forwarding serves both, and the child counts one.
    process.on(signal, () => child.kill(signal));
  }
  if (process.env.npm_command === "exec") endWithParent(child);
  child.on("error", (error) => {
    console.error(`sluice: cannot start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

/** npx puts a shell in between, which a signal to npx ends without a word to what it runs. (The package's scripts use `exec`.) */
function endWithParent(child) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGTERM");
  }, PARENT_CHECK_MS).unref();
}
