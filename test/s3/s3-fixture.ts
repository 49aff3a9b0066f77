import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { startS3Server } from "../../local/s3/server.ts";
import type { S3Server } from "../../local/s3/server.ts";
import { ManualClock } from "../support/manual-clock.ts";

/** A local S3 in a folder of its own, with a real client; 2026-01-01T00:00:00Z until the clock is moved. */
export interface Fixture {
  readonly directory: string;
  readonly clock: ManualClock;
  readonly server: S3Server;
  readonly client: S3Client;
  readonly created: string[];
  stop(): Promise<void>;
}

export async function startFixture(directory = mkdtempSync(join(tmpdir(), "sluice-s3-"))): Promise<Fixture> {
  const clock = new ManualClock();
  const created: string[] = [];
  const onObjectCreated = ({ bucket, key }: { bucket: string; key: string }) => created.push(`${bucket}/${key}`);
  const server = await startS3Server({ directory, clock, onObjectCreated });
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: "eu-central-1",
    credentials: { accessKeyId: "any", secretAccessKey: "thing" },
    maxAttempts: 1,
  });
  return {
    directory,
    clock,
    server,
    client,
    created,
    async stop() {
      client.destroy();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A request by hand, signed by nobody. */
export function raw(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = "",
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString("utf8"),
        }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Code of the S3 error that a call ends in. */
export async function errorCode(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as Error).name;
  }
  return "no error";
}
