/** The two formats of a Kinesis body: AWS JSON 1.1 and AWS CBOR 1.1, which differ in how they carry bytes and times. */
import { Encoder, Tag } from "cbor-x";

export interface Wire {
  readonly contentType: string;
  decode(body: Buffer): unknown;
  encode(value: unknown): Buffer;
  /** Bytes as a member of an answer. */
  blob(bytes: Uint8Array): unknown;
  /** A time, in milliseconds since the epoch, as a member of an answer. */
  time(ms: number): unknown;
}

export const JSON_WIRE: Wire = {
  contentType: "application/x-amz-json-1.1",
  decode: (body) => JSON.parse(body.toString("utf8")) as unknown,
  encode: (value) => Buffer.from(JSON.stringify(value)),
  blob: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64"),
  time: (ms) => ms / 1000,
};

/** CBOR's tag for a time. The AWS SDKs for Java write and read milliseconds under it, where RFC 8949 has seconds. */
const TIME_TAG = 1;

const cbor = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false, variableMapSize: true });

export const CBOR_WIRE: Wire = {
  contentType: "application/x-amz-cbor-1.1",
  decode: (body) => cbor.decode(body) as unknown,
  encode: (value) => cbor.encode(value),
  blob: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
  time: (ms) => new Tag(Math.round(ms), TIME_TAG),
};

/** Later than any time in seconds, sooner than any time of this century in milliseconds. */
const MILLISECONDS_FROM = 1e11;

/** Milliseconds since the epoch of a decoded time: seconds in JSON, a `Date` or either unit in CBOR. */
export function millisecondsOf(value: number | Date): number {
  const seconds = typeof value === "number" ? value : value.getTime() / 1000;
  return seconds >= MILLISECONDS_FROM ? seconds : seconds * 1000;
}

/** The format of a content type; `undefined` for one that Kinesis does not speak. */
export function wireOf(contentType: string | undefined): Wire | undefined {
  const type = contentType?.split(";", 1)[0]!.trim();
  return [JSON_WIRE, CBOR_WIRE].find((wire) => wire.contentType === type);
}
