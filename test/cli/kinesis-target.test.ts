import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { KinesisTarget } from "../../cli/produce/kinesis-target.ts";
import { PutError } from "../../cli/produce/put-target.ts";

interface Call {
  readonly target: string;
  readonly body: Record<string, unknown>;
}
type Answer = { status?: number; body?: unknown };

/** A Kinesis endpoint whose answers the test gives. */
async function endpoint(answer: (call: Call, index: number) => Answer) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const target = String(request.headers["x-amz-target"]);
      const call = { target, body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> };
      const next = answer(call, calls.push(call) - 1);
      response.writeHead(next.status ?? 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(next.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = new KinesisTarget({
    streamName: "s",
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  return {
    calls,
    target,
    url,
    async close() {
      target.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function putError(answer: Answer): Promise<Partial<PutError>> {
  const service = await endpoint(() => answer);
  try {
    await service.target.put([{ data: Buffer.from("x"), partitionKey: "k" }], new AbortController().signal);
    throw new Error("no error");
  } catch (error) {
    expect(error).toBeInstanceOf(PutError);
    const { code, retryable, uncertain } = error as PutError;
    return { code, retryable, uncertain };
  } finally {
    await service.close();
  }
}

describe("Kinesis target", () => {
  test("open shards come from all pages, closed ones are left out", async () => {
    const shard = (number: number, from: string, to: string, ended?: string) => ({
      ShardId: `shardId-00000000000${number}`,
      HashKeyRange: { StartingHashKey: from, EndingHashKey: to },
      SequenceNumberRange: { StartingSequenceNumber: "1", ...(ended && { EndingSequenceNumber: ended }) },
    });
    const service = await endpoint((_, index) =>
      index === 0
        ? { body: { Shards: [shard(0, "0", "9", "5"), shard(1, "0", "4")], NextToken: "t" } }
        : { body: { Shards: [shard(2, "5", "9")] } },
    );
    expect(await service.target.listShards()).toEqual([
      { shardId: "shardId-000000000001", startingHashKey: "0", endingHashKey: "4" },
      { shardId: "shardId-000000000002", startingHashKey: "5", endingHashKey: "9" },
    ]);
    expect(service.calls.map((call) => call.body)).toEqual([{ StreamName: "s" }, { NextToken: "t" }]);
    await service.close();
  });

  test("lines go as they are, and each entry has its own result", async () => {
    const service = await endpoint(() => ({
      body: {
        FailedRecordCount: 1,
        Records: [
          { SequenceNumber: "7", ShardId: "shardId-000000000000" },
          { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "slow" },
        ],
      },
    }));
    const bytes = Buffer.from([0xff, 0x00, 0x7b]);
    const entries = [bytes, Buffer.from("é")].map((data, index) => ({ data, partitionKey: `k${index}` }));
    expect(await service.target.put(entries, new AbortController().signal)).toEqual([
      { accepted: true, shardId: "shardId-000000000000", sequenceNumber: "7" },
      { accepted: false, code: "ProvisionedThroughputExceededException" },
    ]);
    expect(service.calls).toEqual([
      {
        target: "Kinesis_20131202.PutRecords",
        body: {
          StreamName: "s",
          Records: [
            { Data: bytes.toString("base64"), PartitionKey: "k0" },
            { Data: Buffer.from("é").toString("base64"), PartitionKey: "k1" },
          ],
        },
      },
    ]);
    await service.close();
  });

  test.each<[string, Answer, boolean, boolean]>([
    ["ProvisionedThroughputExceededException", { status: 400 }, true, false],
    ["KMSThrottlingException", { status: 400 }, true, false],
    ["InternalFailure", { status: 500 }, true, true],
    ["ServiceUnavailable", { status: 503 }, true, true],
    ["ResourceNotFoundException", { status: 400 }, false, false],
    ["AccessDeniedException", { status: 400 }, false, false],
    ["ExpiredTokenException", { status: 400 }, false, false],
  ])("%s: one call, told apart by its code", async (code, answer, retryable, uncertain) => {
    const body = { __type: code, message: "m" };
    expect(await putError({ ...answer, body })).toEqual({ code, retryable, uncertain });
  });

  test("no answer is retryable: after a broken connection the records may be stored, without a listener not", async () => {
    // In a process of its own: the SDK tells system errors by `instanceof Error`, which is another one inside jest.
    const script = join(__dirname, "support", "kinesis-target-network.ts");
    const { stdout } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", script]);
    expect(JSON.parse(stdout)).toEqual([
      { code: "ECONNRESET", retryable: true, uncertain: true },
      { code: "ECONNREFUSED", retryable: true, uncertain: false },
    ]);
  });

  test("missing credentials are for the user to mend", async () => {
    const service = await endpoint(() => ({}));
    const missing = Object.assign(new Error("none"), { name: "CredentialsProviderError" });
    const target = new KinesisTarget({
      streamName: "s",
      endpoint: service.url,
      region: "us-east-1",
      credentials: () => Promise.reject(missing),
    });
    await expect(target.listShards()).rejects.toMatchObject({ code: "CredentialsProviderError", retryable: false });
    target.close();
    await service.close();
  });
});
