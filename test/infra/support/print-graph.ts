/**
 * Runs the entry file of the project in a folder for some stacks, one after the other, as Pulumi's own host does, and prints what it
 * declared for each: `node print-graph.ts FOLDER STACK…`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import type * as stackFile from "../../../infra/config/stack-file.ts";
import type * as index from "../../../infra/index.ts";
import type * as collecting from "../../../local/collect-graph.ts";
import type { FileArchive } from "../../../local/graph.ts";

const [folder, ...stacks] = process.argv.slice(2) as [string, ...string[]];
const load = <T>(path: string) => import(pathToFileURL(join(folder, path)).href) as Promise<T>;

const { readStackFile } = await load<typeof stackFile>("infra/config/stack-file.ts");
const { collectGraph } = await load<typeof collecting>("local/collect-graph.ts");
const entry = await load<typeof index>("infra/index.ts");

const facts = {
  accountId: "000000000000",
  region: "us-east-1",
  googleProject: "sluice-local",
  googleProjectNumber: "100000000000",
};
const program = async () => ({ ...(await entry.default()) });

async function declaredFor(stack: string) {
  const name = `stacks/Pulumi.${stack}.yaml`;
  pulumi.runtime.setAllConfig({ ...readStackFile(readFileSync(join(folder, name), "utf8"), { name }).values });
  const graph = await collectGraph({ project: "sluice", stack, mode: "up", facts, program });
  const code = graph.resources.flatMap(({ name, inputs }) =>
    Object.entries((inputs["code"] as FileArchive | undefined)?.files ?? {}).map(([file, text]) => ({
      file: `${name}/${file}`,
      bytes: text.length,
      sha256: createHash("sha256").update(text).digest("hex"),
    })),
  );
  const sha256 = createHash("sha256").update(JSON.stringify(graph)).digest("hex");
  return { stack, resources: graph.resources.length, sha256, code };
}

const declared = [];
for (const stack of stacks) declared.push(await declaredFor(stack));
process.stdout.write(JSON.stringify(declared));
