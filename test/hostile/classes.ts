/** Classes of hostile input: one Kinesis record each, and where both backends must put it. */
import { gzipSync, zstdCompressSync } from "node:zlib";
import {
  HEAD,
  ID,
  asText,
  beyondJson,
  bytes,
  canonical,
  kept,
  log,
  member,
  noObject,
  notUnpacked,
  object,
  plain,
  quarantined,
  refused,
  text,
  twice,
} from "./hostile-class.ts";
import type { HostileClass } from "./hostile-class.ts";
import { seen } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { WRAPPED } from "./wrapped-classes.ts";

const MIB = 1024 * 1024;
/** What a stream's record may hold besides its partition key, unless the limit has been raised. */
const RECORD_LIMIT = MIB - 32;
/** The highest limit that configuration accepts: above, no event holds the record. */
const HIGHEST_LIMIT = 4 * MIB - 32;

/** As many characters as fill a record of so many bytes. */
function filled(bytes: number): string {
  return log(`"f":"${"x".repeat(bytes - log('"f":""').length)}"`);
}

function nested(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}

/** An object whose one string holds these bytes. */
function aroundBytes(...content: readonly number[]): () => Buffer {
  return () => Buffer.concat([Buffer.from(`{${HEAD},"f":"`), Buffer.from(content), Buffer.from('"}')]);
}

const DEPTH: readonly HostileClass[] = [
  member("JSON of 500 levels, the deepest that BigQuery holds", nested(499), nested(499)),
  beyondJson("JSON of 501 levels", nested(500)),
  beyondJson("JSON of 100,000 levels", nested(99_999)),
  text("a million brackets that nothing closes", "[".repeat(1_000_000), noObject),
  bytes("16 MB of `[`", () => Buffer.alloc(16_000_000, "["), noObject),
  bytes(
    "16 MB of `[` in gzip",
    () => gzipSync(Buffer.alloc(16_000_000, "[")),
    notUnpacked("UNPACK_LIMIT", "gzip: more than 200 bytes for each byte"),
  ),
  text(
    "a player id of 100,000 levels",
    `{"player_id":${nested(100_000)}}`,
    refused(`{"player_id":${nested(100_000)}}`, "PLAYER_ID_MISSING"),
  ),
];

const KEYS: readonly HostileClass[] = [
  text("two equal keys, of which the first counts", log('"f":1,"f":2'), object(log('"f":1,"f":2'), canonical('"f":1'))),
  text(
    "two player ids, of which the first counts",
    log(`"player_id":"${"b".repeat(32)}"`),
    object(log(`"player_id":"${"b".repeat(32)}"`), kept),
  ),
  text(
    "a key written with escapes, equal to one without",
    log('"f":1,"\\u0066":2'),
    object(log('"f":1,"\\u0066":2'), canonical('"f":1')),
  ),
  member(
    "`__proto__`, `constructor` and `prototype` as keys",
    '{"__proto__":{"x":1},"constructor":2,"prototype":3}',
    '{"__proto__":{"x":1},"constructor":2,"prototype":3}',
  ),
  text(
    "`__proto__` that holds the player id",
    `{"__proto__":{${HEAD}}}`,
    refused(`{"__proto__":{${HEAD}}}`, "PLAYER_ID_MISSING"),
  ),
  member("the empty key", '{"":1}', '{"":1}'),
  member("a key of 500,000 characters", `{"${"k".repeat(500_000)}":1}`, `{"${"k".repeat(500_000)}":1}`),
  member("50,000 keys", manyKeys(), manyKeys()),
];

function manyKeys(): string {
  return `{${Array.from({ length: 50_000 }, (_, index) => `"${index + 100_000}":0`).join(",")}}`;
}

const TEXT: readonly HostileClass[] = [
  member(
    "all escapes there are",
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u001f\\ud83d\\ude00"',
    '"\\"\\\\/\\b\\f\\n\\r\\té\\u001f😀"',
  ),
  member("NUL as an escape", '"\\u0000"', '"\\u0000"'),
  text(
    "NUL as an escape in the event",
    log("", '"\\u0000"'),
    object(log("", '"\\u0000"'), canonical("", '"\\u0000"'), "\0"),
  ),
  bytes("NUL as a byte", aroundBytes(0), noObject),
  beyondJson("half a surrogate pair as an escape", '"\\ud800"'),
  beyondJson("a surrogate pair the wrong way round", '"\\ude00\\ud83d"'),
  text("half a surrogate pair in the event", log("", '"x\\ud800"'), asText(log("", '"x\\ud800"'), "x\ufffd")),
  bytes("half a surrogate pair as bytes", aroundBytes(0xed, 0xa0, 0x80), noObject),
  bytes("a byte that UTF-8 does not have", aroundBytes(0xff), noObject),
  bytes("UTF-8 longer than it need be", aroundBytes(0xc0, 0xaf), noObject),
  bytes("UTF-8 cut short", aroundBytes(0xf0, 0x9f, 0x98), noObject),
  bytes("a character beyond Unicode", aroundBytes(0xf4, 0x90, 0x80, 0x80), noObject),
  bytes("UTF-16", () => Buffer.from(plain, "utf16le"), noObject),
  bytes("a byte order mark", () => Buffer.from(`\ufeff${plain}`), noObject),
  member("U+2028, U+FFFE and U+FFFD", '"\u2028\ufffe\ufffd"', '"\u2028\ufffe\ufffd"'),
];

const NUMBERS: readonly HostileClass[] = [
  member("an integer beyond 2^53", "9007199254740993", "9007199254740993"),
  member("the largest uint64", "18446744073709551615", "18446744073709551615"),
  beyondJson("an integer beyond uint64", "18446744073709551616"),
  beyondJson("an integer below int64", "-9223372036854775809"),
  beyondJson("an exponent beyond a double", "1e400"),
  beyondJson("an exponent of a thousand digits", `1e${"9".repeat(1000)}`),
  beyondJson("a number of 100,000 digits", "7".repeat(100_000)),
  member("the largest double", "1.7976931348623157e308", "1.7976931348623157e+308"),
  member("the smallest double", "5e-324", "5e-324"),
  beyondJson("a number that a double takes for zero", "1e-400"),
  member("minus zero", "-0", "0"),
  member("minus zero as a float", "-0.0", "-0.0"),
  beyondJson("a decimal of more digits than a double holds", "3.14159265358979323846"),
  text(
    "a time beyond a double",
    `{"player_id":"${ID}","timestamp":1e999}`,
    refused(`{"player_id":"${ID}","timestamp":1e999}`, "TIME_INVALID"),
  ),
  text(
    "a time of uint64",
    `{"player_id":"${ID}","timestamp":18446744073709551615}`,
    refused(`{"player_id":"${ID}","timestamp":18446744073709551615}`, "TIME_OUT_OF_RANGE"),
  ),
];

const SIZE: readonly HostileClass[] = [
  bytes("a record at the stream's limit of 1 MiB", () => Buffer.from(filled(RECORD_LIMIT)), objectOf),
  bytes("a record at the highest limit, 4 MiB", () => Buffer.from(filled(HIGHEST_LIMIT)), objectOf),
  bytes("a row larger than a request may be", () => zstdCompressSync(largeRow()), refused(largeRow(), "TOO_LARGE")),
  bytes("a blank record", () => Buffer.from(" \t\r\n"), noObject),
  bytes("an empty record", () => Buffer.alloc(0), noObject),
  bytes("a million line feeds", () => Buffer.alloc(1_000_000, "\n"), noObject),
  bytes(
    "a million line feeds around a record",
    () => Buffer.from("\n".repeat(500_000) + plain + "\n".repeat(500_000)),
    object(plain, kept),
  ),
  bytes(
    "100,001 lines",
    () => Buffer.from("1\n".repeat(100_001)),
    notUnpacked("UNPACK_LIMIT", "more than 100000 pieces"),
  ),
  bytes(
    "100,001 objects in a row",
    () => Buffer.from("{}".repeat(100_001)),
    notUnpacked("UNPACK_LIMIT", "more than 100000 pieces"),
  ),
];

/** Its canonical form is as long as it is: the members only change their order. */
function objectOf(record: Buffer): Outcome {
  const written = record.toString();
  const fill = /"f":"x*"/.exec(written)?.[0] ?? "";
  return { archive: [{ log: seen(written) }], warehouse: [{ log: seen(canonical(fill)) }] };
}

/** 11 MB that compress to more than a two-hundredth of it. */
function largeRow(): string {
  const words = Array.from({ length: 160_000 }, (_, index) => ((index * 2_654_435_761) % 4_294_967_296).toString(36));
  return log(`"f":"${words.join(" ".repeat(62))}"`);
}

const SHAPE: readonly HostileClass[] = [
  text("pretty-printed JSON with line breaks", pretty("\n"), prettyOutcome),
  text("pretty-printed JSON with carriage returns", pretty("\r\n"), prettyOutcome),
  text("objects in a row without a separator", plain + plain, twice),
  text("objects on lines", `${plain}\n${plain}\r\n`, twice),
  text("objects in a row and half an object", `${plain}${plain}{"a`, noObject),
  text("a bad line between good ones", `${plain}\nnot json\n${plain}`, () => ({
    archive: [{ log: plain }, { raw: "not json" }, { log: plain }],
    warehouse: [{ log: kept }, quarantined("not json", "NOT_JSON_OBJECT"), { log: kept }],
  })),
  text("an array of records", `[${plain},${plain}]`, noObject),
  text("a string that holds a record", JSON.stringify(plain), noObject),
];

function pretty(lineBreak: string): string {
  return JSON.stringify(JSON.parse(plain), null, 2).replaceAll("\n", lineBreak);
}

function prettyOutcome(record: Buffer): Outcome {
  return { archive: [{ raw: seen(record) }], warehouse: [{ log: kept }] };
}
/** All classes, by what they are hostile in. */
export const CLASSES: readonly { readonly title: string; readonly classes: readonly HostileClass[] }[] = [
  { title: "Depth", classes: DEPTH },
  { title: "Keys", classes: KEYS },
  { title: "Text", classes: TEXT },
  { title: "Numbers", classes: NUMBERS },
  { title: "Size and number", classes: SIZE },
  { title: "Shape", classes: SHAPE },
  { title: "Compression and aggregation", classes: WRAPPED },
];
