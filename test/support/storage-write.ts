import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";
import type { Clock } from "../../contract/clock.ts";
import type { AppendAnswer } from "../../functions/warehouse/answer.ts";
import { decodeAppendAnswer, grpcCode } from "../../functions/warehouse/answer.ts";
import { ConnectionError } from "../../functions/warehouse/connection.ts";
import type { Connection } from "../../functions/warehouse/connections.ts";

/** The official messages: a second reader of what our encoders write, a second writer of what our decoders read. */
const OFFICIAL = "node_modules/@google-cloud/bigquery-storage/build/protos/protos.json";
const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(OFFICIAL, "utf8")) as protobuf.INamespace);
const V1 = "google.cloud.bigquery.storage.v1";
const AppendRowsRequest = root.lookupType(`${V1}.AppendRowsRequest`);
const AppendRowsResponse = root.lookupType(`${V1}.AppendRowsResponse`);
const StorageError = root.lookupType(`${V1}.StorageError`);
const Status = root.lookupType("google.rpc.Status");
const DescriptorProto = root.lookupType("google.protobuf.DescriptorProto");

/** A row as the official reader sees it: integers as decimal text, absent fields absent. */
export type Row = Readonly<Record<string, string>>;

/** One request as the server got it. */
export interface SeenRequest {
  readonly table: string;
  readonly writeStream: string;
  readonly rows: readonly Row[];
  /** Number of its connection, from 0. */
  readonly connection: number;
  readonly bytes: number;
}

/** What the server does with a request; rows are stored only by what begins with `ok`. `ok-held` answers when it is told to. */
export type Reaction =
  | {
      readonly do:
        "ok" | "ok-held" | "ok-then-reset" | "ok-then-goaway" | "ok-after-goaway" | "reset" | "silence" | "garbage";
    }
  | { readonly do: "status"; readonly code: number; readonly storageError?: number }
  | {
      readonly do: "error";
      readonly code: number;
      readonly storageError?: number;
      readonly rowErrors?: readonly number[];
      /** Row errors stand beside a result, in place of an error. */
      readonly accepted?: boolean;
    };

/** Encodes an `AppendRowsResponse` with the official messages. */
export function encodeAnswer(reaction: Extract<Reaction, { do: "error" }> | { do: "ok" }): Buffer {
  if (reaction.do === "ok") return finish(AppendRowsResponse, { appendResult: {} });
  const rowErrors = (reaction.rowErrors ?? []).map((index) => ({ index, code: 1, message: "refused" }));
  const result = reaction.accepted === true ? { appendResult: {} } : { error: status(reaction) };
  return finish(AppendRowsResponse, { ...result, rowErrors, writeStream: "x" });
}

/** Encodes the `google.rpc.Status` of a call's end. */
export function encodeStatus(reaction: Extract<Reaction, { do: "status" }>): Buffer {
  return finish(Status, status(reaction));
}

function status(reaction: { readonly code: number; readonly storageError?: number }): object {
  const error = { code: reaction.code, message: "planted" };
  if (reaction.storageError === undefined) return error;
  const value = finish(StorageError, { code: reaction.storageError, entity: "t", errorMessage: "planted" });
  return { ...error, details: [{ type_url: `type.googleapis.com/${V1}.StorageError`, value }] };
}

function finish(type: protobuf.Type, message: object): Buffer {
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

/** Decodes an `AppendRowsRequest` with the official messages, its rows by the schema that it carries. */
export function decodeRequest(message: Uint8Array): { writeStream: string; rows: Row[] } {
  const request = AppendRowsRequest.toObject(AppendRowsRequest.decode(message)) as {
    writeStream: string;
    protoRows: { writerSchema: { protoDescriptor: object }; rows: { serializedRows?: Uint8Array[] } };
  };
  const descriptor = DescriptorProto.encode(request.protoRows.writerSchema.protoDescriptor).finish();
  const rowType = protobuf.Type.fromDescriptor(descriptor, "proto2");
  new protobuf.Root().add(rowType);
  const rows = (request.protoRows.rows.serializedRows ?? []).map(
    (row) => rowType.toObject(rowType.decode(row), { longs: String }) as Row,
  );
  return { writeStream: request.writeStream, rows };
}

/** Decodes a `ProtoSchema` with the official messages: its fields as a proto2 file would declare them. */
export function decodeSchema(schema: Uint8Array): string[] {
  const ProtoSchema = root.lookupType(`${V1}.ProtoSchema`);
  const options = { enums: String, longs: String };
  const { protoDescriptor } = ProtoSchema.toObject(ProtoSchema.decode(schema), options) as {
    protoDescriptor: { field: { name: string; number: number; label: string; type: string }[] };
  };
  const word = (name: string): string => name.split("_").at(-1)!.toLowerCase();
  return protoDescriptor.field.map(
    ({ name, number, label, type }) => `${word(label)} ${word(type)} ${name} = ${number}`,
  );
}

/** What a Storage Write service keeps and decides, without sockets. */
export class StorageWrite {
  readonly requests: SeenRequest[] = [];
  readonly stored: Row[] = [];
  /** Sends the answers held back, in the order of their requests. */
  readonly held: (() => void)[] = [];
  react: (request: SeenRequest) => Reaction = () => ({ do: "ok" });

  /** Takes one request, uncompressed, and says what to do about it. */
  take(message: Uint8Array, connection: number): Reaction {
    const { writeStream, rows } = decodeRequest(message);
    const table = /\/tables\/([^/]+)\/streams\/_default$/.exec(writeStream)?.[1] ?? "";
    const request = { table, writeStream, rows, connection, bytes: message.length };
    this.requests.push(request);
    const reaction = this.react(request);
    if (reaction.do.startsWith("ok")) this.stored.push(...rows);
    return reaction;
  }
}

/** A connection to a service in the same process, with the faults of a real one; its time is the clock's. */
export class DirectConnection implements Connection {
  usable = true;
  lastUsedMs: number;
  readonly #service: StorageWrite;
  readonly #number: number;
  readonly #clock: Clock;
  readonly #waiting = new Set<(error: ConnectionError) => void>();

  constructor(service: StorageWrite, number: number, clock: Clock) {
    this.#service = service;
    this.#number = number;
    this.#clock = clock;
    this.lastUsedMs = clock.now();
  }

  append(compressed: Buffer, timeoutMs: number): Promise<AppendAnswer> {
    if (!this.usable) return Promise.reject(new ConnectionError("UNAVAILABLE"));
    this.lastUsedMs = this.#clock.now();
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const reaction = this.#service.take(gunzipSync(compressed), this.#number);
      switch (reaction.do) {
        case "silence":
          this.#clock.after(timeoutMs, () => this.#end(new ConnectionError("DEADLINE_EXCEEDED")));
          return;
        case "reset":
        case "ok-then-reset":
          return this.#end(new ConnectionError("UNAVAILABLE"));
        case "garbage":
          return this.#end(new ConnectionError("INTERNAL"));
        case "status":
          return this.#end(new ConnectionError(grpcCode(reaction.code), reaction.storageError));
        case "ok-then-goaway":
        case "ok-after-goaway":
          this.usable = false;
          break;
        case "ok-held":
          this.#service.held.push(() => this.#answer(reject, resolve));
          return;
        case "ok":
        case "error":
          break;
      }
      this.#answer(reject, resolve, reaction.do === "error" ? reaction : undefined);
    });
  }

  #answer(
    reject: (error: ConnectionError) => void,
    resolve: (answer: AppendAnswer) => void,
    reaction: Extract<Reaction, { do: "error" }> | { do: "ok" } = { do: "ok" },
  ): void {
    this.#waiting.delete(reject);
    resolve(decodeAppendAnswer(encodeAnswer(reaction)));
  }

  close(): void {
    this.#end(new ConnectionError("CANCELLED"));
  }

  #end(error: ConnectionError): void {
    this.usable = false;
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}
