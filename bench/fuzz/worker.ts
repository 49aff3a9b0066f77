/** A process that runs chunks, one after the other: `node worker.ts MODULE`, where the module exports `TARGETS`. */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { runChunk } from "./chunk.ts";
import type { ChunkOrder, WorkerMessage } from "./messages.ts";
import type { FuzzTarget } from "./target.ts";

/** A worker needs some 300 MB with everything loaded. */
const MAX_RSS_BYTES = 1024 ** 3;

const { TARGETS } = (await import(pathToFileURL(process.argv[2]!).href)) as { TARGETS: readonly FuzzTarget[] };

function tell(message: WorkerMessage): void {
  process.send!(message);
}

async function run({ chunk, trace }: ChunkOrder): Promise<void> {
  const target = TARGETS.find(({ name }) => name === chunk.target);
  if (target === undefined) throw new Error(`no target ${chunk.target}`);
  const result = await runChunk(target, chunk, {
    ...(trace === undefined ? {} : { onInput: (input: Buffer) => writeFileSync(trace, input) }),
    onTurn(executions) {
      tell({ executions });
      const rss = process.memoryUsage.rss();
      if (rss > MAX_RSS_BYTES) throw new RangeError(`the process has grown to ${Math.round(rss / 1e6)} MB`);
    },
  });
  tell({ result });
}

process.on("message", (order: ChunkOrder) => void run(order));
// Whoever gives orders has gone.
process.on("disconnect", () => process.exit(0));
