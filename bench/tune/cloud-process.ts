/** The local cloud of one case, in a process of its own: started by cloud-child.ts, ends with it. */
import { systemClock } from "../../contract/clock.ts";
import { type LocalCloud, startCloud } from "../../local/cloud.ts";
import { realiserOf } from "../../local/realise/index.ts";
import { cloudFacts, runProgram } from "../../local/run-program.ts";
import type { CloudJob, FromCloud, ToCloud } from "./messages.ts";

const BACKENDS = ["archive", "warehouse"] as const;
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

interface Outputs {
  readonly streamName: string;
  readonly functions: Readonly<Record<string, string>>;
}

// A terminal signals this process too: whoever started it says when to end, or is gone.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
const job = JSON.parse(process.argv[2]!) as CloudJob;
const cloud = await start(job);
process.on("message", (message: ToCloud) => {
  if (message.kind === "set") void setEnabled(cloud, message.enabled);
  else void cloud.close().then(() => process.exit());
});
process.on("disconnect", () => void cloud.close().then(() => process.exit()));

/** Stack `local` with plain reads, batches as large as Lambda allows, and the case's settings. */
async function start({ shards, batchWindowSeconds, directory }: CloudJob): Promise<LocalCloud> {
  const settings = { batchWindowSeconds, fanOut: false, batchSize: 10_000 };
  const overrides = BACKENDS.flatMap((name) =>
    Object.entries(settings).map(([key, value]) => [`backends.${name}.${key}`, value] as const),
  );
  const { config, graph } = await runProgram({
    stack: "local",
    configOverrides: { "stream.shardCount": shards, ...Object.fromEntries(overrides) },
  });
  const outputs = graph.outputs as unknown as Outputs;
  const cloud = await startCloud({
    graph,
    facts: cloudFacts(config),
    directory,
    clock: systemClock,
    random: Math.random,
    limits: true,
    accountConcurrency: config.aws.concurrencyLimit,
    onInvocation({ functionName, written, startedAt, endedAt, outcome }) {
      const backend = BACKENDS.find((name) => outputs.functions[name] === functionName)!;
      tell({
        kind: "written",
        written: { backend, records: written, startedAt, endedAt, failed: outcome !== "ok" },
      });
    },
    onProblem: ({ message }) => tell({ kind: "problem", message }),
  });
  tell({ kind: "up", endpoint: cloud.endpoints.kinesis, streamName: outputs.streamName });
  return cloud;
}

/** Enables or disables both mappings; a disabled one keeps its place. */
async function setEnabled({ services }: LocalCloud, enabled: boolean): Promise<void> {
  const realiser = realiserOf(MAPPING)!;
  if (realiser.behaviour === "none") throw new Error(`${MAPPING} does nothing`);
  for (const [id, { inputs }] of services.mappings) {
    const resource = { id, outputs: {} };
    await realiser.update({ ...resource, inputs }, { ...resource, inputs: { ...inputs, enabled } }, services);
  }
  tell({ kind: "set", atMs: systemClock.now() });
}

function tell(message: FromCloud): void {
  process.send!(message, undefined, undefined, () => undefined);
}
