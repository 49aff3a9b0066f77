import { Agent, type IncomingMessage, request } from "node:http";
import { CBOR_WIRE } from "../../local/kinesis/wire.ts";
import { noAnswer, refusal } from "./put-failure.ts";
import type { PutEntry, PutResult, PutTarget } from "./put-target.ts";
import type { ShardRange } from "./shard-map.ts";

const REQUEST_TIMEOUT_MS = 30_000;

/** Members of the answers that are read. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
interface PutRecordsAnswer {
  readonly Records?: readonly {
    readonly ShardId?: string;
    readonly SequenceNumber?: string;
    readonly ErrorCode?: string;
  }[];
}
interface ListShardsAnswer {
  readonly NextToken?: string;
  readonly Shards?: readonly {
    readonly ShardId: string;
    readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string };
    readonly SequenceNumberRange?: { readonly EndingSequenceNumber?: string };
  }[];
}

/**
 * A stream of the local cloud over the Kinesis API, in the CBOR form that the SDKs for Java speak: no base64, and neither
 * signatures nor the SDK, whose work for a record is five times the local Kinesis's own.
 */
export class LocalTarget implements PutTarget {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #endpoint: string;
  readonly #streamName: string;

  /** `endpoint`: `http://host:port`. */
  constructor({ endpoint, streamName }: { readonly endpoint: string; readonly streamName: string }) {
    this.#endpoint = endpoint;
    this.#streamName = streamName;
  }

  async listShards(): Promise<readonly ShardRange[]> {
    const open: ShardRange[] = [];
    let token: string | undefined;
    do {
      const input = token === undefined ? { StreamName: this.#streamName } : { NextToken: token };
      const page = (await this.#call("ListShards", input)) as ListShardsAnswer;
      for (const { ShardId, HashKeyRange, SequenceNumberRange } of page.Shards ?? []) {
        if (SequenceNumberRange?.EndingSequenceNumber !== undefined) continue;
        const { StartingHashKey: startingHashKey, EndingHashKey: endingHashKey } = HashKeyRange;
        open.push({ shardId: ShardId, startingHashKey, endingHashKey });
      }
      token = page.NextToken;
    } while (token !== undefined);
    return open;
  }

  async put(entries: readonly PutEntry[], signal: AbortSignal): Promise<readonly PutResult[]> {
    const input = {
      StreamName: this.#streamName,
      Records: entries.map(({ data, partitionKey }) => ({ Data: data, PartitionKey: partitionKey })),
    };
    const { Records: results } = (await this.#call("PutRecords", input, signal)) as PutRecordsAnswer;
    return entries.map((_, index): PutResult => {
      const { ShardId: shardId, SequenceNumber: sequenceNumber, ErrorCode: code } = results?.[index] ?? {};
      return shardId !== undefined && sequenceNumber !== undefined
        ? { accepted: true, shardId, sequenceNumber }
        : { accepted: false, code: code ?? "Unknown" };
    });
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #call(operation: string, input: object, signal?: AbortSignal): Promise<unknown> {
    const { status, body } = await this.#post(operation, CBOR_WIRE.encode(input), signal).catch((error: Error) => {
      throw noAnswer(error, error.name, false);
    });
    const answer = CBOR_WIRE.decode(body);
    if (status === 200) return answer;
    const { __type: code, message } = answer as { readonly __type?: string; readonly message?: string };
    throw refusal(code ?? "Unknown", message ?? `status ${status}`, status);
  }

  #post(operation: string, body: Buffer, signal?: AbortSignal): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const call = request(this.#endpoint, {
        method: "POST",
        agent: this.#agent,
        timeout: REQUEST_TIMEOUT_MS,
        headers: {
          "content-type": CBOR_WIRE.contentType,
          "content-length": body.length,
          "x-amz-target": `Kinesis_20131202.${operation}`,
        },
        ...(signal === undefined ? {} : { signal }),
      });
      call.on("timeout", () => call.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
      call.on("error", reject);
      call.on("response", (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks) }));
      });
      call.end(body);
    });
  }
}
