import fc from "fast-check";
import { decodeAppendAnswer, decodeStatus, grpcCode } from "../../../functions/warehouse/answer.ts";
import type { AppendAnswer } from "../../../functions/warehouse/answer.ts";
import { WireError } from "../../../functions/warehouse/protobuf.ts";
import { messageType } from "../../../local/bigquery/storage-proto.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { WIRE_TOKENS } from "../inputs/protobuf.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const AppendRowsResponse = messageType("AppendRowsResponse");
const StorageError = messageType("StorageError");

interface Status {
  readonly code: number;
  readonly details: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
}

function encode(message: object): Buffer {
  return Buffer.from(AppendRowsResponse.encode(AppendRowsResponse.fromObject(message)).finish());
}

function detail(code: number, type = "google.cloud.bigquery.storage.v1.StorageError"): object {
  return { typeUrl: `type.googleapis.com/${type}`, value: StorageError.encode({ code, entity: "t" }).finish() };
}

const GOOD = encode({ error: { code: 3, message: "m", details: [detail(7)] }, rowErrors: [{ index: 5, code: 1 }] });
const int = fc.integer({ min: -1, max: 20 });
const response = fc
  .record({
    appendResult: fc.option(fc.record({ offset: fc.option(fc.record({ value: int }), { nil: undefined }) })),
    error: fc.option(
      fc.record({
        code: int,
        message: fc.string(),
        details: fc.array(
          fc.tuple(fc.nat(20), fc.boolean()).map(([code, ours]) => (ours ? detail(code) : detail(code, "x"))),
          {
            maxLength: 3,
          },
        ),
      }),
    ),
    rowErrors: fc.array(fc.record({ index: int, code: int, message: fc.string() }), { maxLength: 4 }),
    writeStream: fc.string(),
  })
  .map(encode);

/** Rows of a request are far below 2^53; above, both are only known to be no row. */
function rowIndex(index: bigint): string {
  return index <= BigInt(Number.MAX_SAFE_INTEGER) ? String(index) : "none";
}

function ours(bytes: Buffer): AppendAnswer | undefined {
  try {
    return decodeAppendAnswer(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Code and row errors by protobufjs; `undefined` where it does not decode the bytes or there is no result. */
function theirs(bytes: Buffer): { code: string; rowErrors: string } | undefined {
  let message: { appendResult?: object | null; error?: Status | null; rowErrors: { index: { toString(): string } }[] };
  try {
    message = AppendRowsResponse.decode(bytes) as unknown as typeof message;
  } catch {
    return undefined;
  }
  const rowErrors = message.rowErrors.map(({ index }) => rowIndex(BigInt.asUintN(64, BigInt(index.toString())))).join();
  const code = message.error ? grpcCode(message.error.code) : message.appendResult ? "OK" : undefined;
  if (rowErrors !== "" && (code === undefined || code === "OK")) return { code: "INVALID_ARGUMENT", rowErrors };
  return code === undefined ? undefined : { code, rowErrors };
}

export const appendAnswer: FuzzTarget = {
  name: "append-answer",
  group: "decoder",
  claim: "gives the code and row errors that protobufjs gives, or a WireError",
  share: 1,
  inputs: bytesFrom({
    seeds: [GOOD, encode({ appendResult: {} }), encode({ error: { code: 14 } }), ""],
    tokens: [...WIRE_TOKENS, "type.googleapis.com/google.cloud.bigquery.storage.v1.StorageError"],
    structured: response,
    maxBytes: 1024,
  }),
  start: () => ({
    run(input) {
      const found = ours(input);
      const expected = theirs(input);
      if (found !== undefined && expected !== undefined) {
        claim(found.code === expected.code, `${found.code} is ${expected.code}`);
        const rowErrors = found.rowErrors.map((index) => rowIndex(BigInt(index))).join();
        claim(rowErrors === expected.rowErrors, `${rowErrors} are ${expected.rowErrors}`);
      }
      try {
        decodeStatus(input);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
      }
    },
    checkWorks() {
      const answer = ours(GOOD);
      claim(answer?.code === "INVALID_ARGUMENT" && answer.storageError === 7, "decodes a good answer");
      claim(answer.rowErrors.join() === "5", "decodes its row error");
    },
  }),
};
