import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DescribeStreamCommand, KinesisClient, ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { systemClock } from "../../../contract/clock.ts";
import { StreamRegistry } from "../../../local/kinesis/registry.ts";
import { startKinesisServer } from "../../../local/kinesis/server.ts";
import { CALLS } from "./calls.ts";
import { compare, runCalls } from "./compare.ts";
import type { Found, Outcome } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";
import type { Difference } from "./differences.ts";

type Kinesalite = (options: Record<string, unknown>) => Server;
const kinesalite = createRequire(__filename)("kinesalite") as Kinesalite;

function connect(port: number): KinesisClient {
  return new KinesisClient({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
}

async function askOurs(): Promise<readonly Outcome[]> {
  const streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1", limits: false });
  const server = await startKinesisServer({ clock: systemClock, streams });
  const client = connect(server.port);
  try {
    return await runCalls(client, () => Promise.resolve());
  } finally {
    client.destroy();
    await server.close();
  }
}

async function askKinesalite(): Promise<readonly Outcome[]> {
  const server = kinesalite({ createStreamMs: 1, deleteStreamMs: 1, updateStreamMs: 1, shardLimit: 20_000 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect((server.address() as AddressInfo).port);
  /** Kinesalite's stages end by timers of its own: asks until every stream is at rest. */
  const settle = async () => {
    for (;;) {
      const { StreamNames } = await client.send(new ListStreamsCommand({}));
      const states = await Promise.all(
        StreamNames!.map((StreamName) =>
          client.send(new DescribeStreamCommand({ StreamName })).then(
            ({ StreamDescription }) => StreamDescription!.StreamStatus,
            () => "DELETING",
          ),
        ),
      );
      if (states.every((state) => state === "ACTIVE")) return;
    }
  };
  try {
    return await runCalls(client, settle);
  } finally {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

let found: readonly Found[];
beforeAll(async () => {
  const [ours, theirs] = await Promise.all([askOurs(), askKinesalite()]);
  found = compare(ours, theirs);
});

function matches(listed: Difference, one: Found): boolean {
  return (
    listed.operation === one.operation &&
    (listed.call === "*" || listed.call === one.call) &&
    (listed.field === one.field || one.field.startsWith(`${listed.field}.`))
  );
}

test(`${CALLS.length} calls are answered as kinesalite answers them, but for the listed differences`, () => {
  expect(found.filter((one) => !DIFFERENCES.some((listed) => matches(listed, one)))).toEqual([]);
});

test("each listed difference is met", () => {
  const unmet = DIFFERENCES.filter((listed) => !found.some((one) => matches(listed, one)));
  expect(unmet).toEqual([]);
});

function code(text: string): string {
  return `\`${text}\``;
}

test("the documentation lists the same differences", () => {
  const page = readFileSync(join(__dirname, "../../../docs/local-kinesis.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.map((row) => row.split("|").map((cell) => cell.trim()))).toEqual(
    DIFFERENCES.map(({ operation, call, field, reason }) => {
      const cells = [code(operation), call === "*" ? "every call" : call, code(field), reason];
      return ["", ...cells, ""];
    }),
  );
});
