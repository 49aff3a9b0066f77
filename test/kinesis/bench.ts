import { request as httpRequest } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { StreamRegistry } from "../../local/kinesis/registry.ts";
import { startKinesisServer } from "../../local/kinesis/server.ts";
import type { KinesisServer } from "../../local/kinesis/server.ts";
import { ManualClock } from "../support/manual-clock.ts";

export const SHARD_0 = "shardId-000000000000";

export type Transport = "HTTP/2" | "HTTP/1.1" | "HTTP/1.1 over TLS";

/** A server on a clock that stands still, and its clients. */
export interface Bench {
  readonly clock: ManualClock;
  readonly streams: StreamRegistry;
  readonly server: KinesisServer;
  client(transport?: Transport): KinesisClient;
  close(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const clock = new ManualClock();
  const streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1" });
  const server = await startKinesisServer({ clock, streams });
  const clients: KinesisClient[] = [];
  return {
    clock,
    streams,
    server,
    client(transport = "HTTP/1.1") {
      const client = connect(server, transport);
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.destroy();
      await server.close();
      streams.close();
    },
  };
}

function connect(server: KinesisServer, transport: Transport): KinesisClient {
  const requestHandler = transport.startsWith("HTTP/1.1")
    ? new NodeHttpHandler({ httpsAgent: new HttpsAgent({ ca: server.certificatePem }) })
    : undefined;
  return new KinesisClient({
    region: "ap-northeast-1",
    endpoint: transport.endsWith("TLS") ? `https://127.0.0.1:${server.tlsPort}` : `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
    requestHandler,
  });
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** A POST without a client. */
export function send(
  port: number,
  target: string | undefined,
  contentType: string | undefined,
  body: Buffer | string,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(target !== undefined && { "x-amz-target": target }),
      ...(contentType !== undefined && { "content-type": contentType }),
    };
    const request = httpRequest({ port, host: "127.0.0.1", method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Payloads of a shard of the stream `log`, from its start, as text. */
export async function readAll(client: KinesisClient, shardId: string): Promise<string[]> {
  const position = { StreamName: "log", ShardId: shardId, ShardIteratorType: "TRIM_HORIZON" } as const;
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(position));
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records!.map(({ Data }) => Buffer.from(Data!).toString());
}
