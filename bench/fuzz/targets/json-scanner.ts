import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { JsonScanner } from "../../../functions/shared/json-scanner.ts";
import { canonicalJson } from "../../../local/bigquery/json.ts";
import { parsed } from "../../decoder/reference-json.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { JSON_SEEDS, JSON_TOKENS, jsonText, logRecord, utf8 } from "../inputs/json.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const WANTED = ["player_id", "a", "__proto__"];
const GOOD = Buffer.from('{"a":[1,{"a":2}],"b":3}');

type Members = Readonly<Record<string, unknown>>;

function checkMembers(scanner: JsonScanner, bytes: Buffer, value: object): void {
  const text = bytes.toString("utf8");
  // Of equal names the first: JSON.parse keeps the last, but BigQuery's JSON has the first too.
  const canonical = canonicalJson(text).text;
  const first = canonical === undefined ? undefined : (JSON.parse(canonical) as Members);
  // JSON.parse of Node 24 misreads escaped names once it has met a backslash as a name: https://github.com/nodejs/node/issues/63785
  const members = first ?? (text.includes("\\") ? undefined : (value as Members));
  for (const [index, name] of WANTED.entries()) {
    const start = scanner.valueStart[index]!;
    if (members !== undefined) claim(start >= 0 === Object.hasOwn(members, name), `finds ${name} where there is one`);
    if (start < 0 || first === undefined) continue;
    const found = canonicalJson(bytes.toString("utf8", start, scanner.valueEnd[index]!)).text;
    claim(found !== undefined && isDeepStrictEqual(JSON.parse(found), first[name]), `gives the first value of ${name}`);
  }
}

export const jsonScanner: FuzzTarget = {
  name: "json-scanner",
  group: "decoder",
  claim: "takes exactly what isUtf8 and JSON.parse take, and of equal members the first, as canonical JSON has it",
  share: 1,
  inputs: bytesFrom({ seeds: JSON_SEEDS, tokens: JSON_TOKENS, structured: fc.oneof(utf8(jsonText), utf8(logRecord)) }),
  start() {
    const scanner = new JsonScanner(WANTED);
    return {
      run(input) {
        const expected = parsed(input);
        const end = scanner.scan(input, 0, input.length);
        claim(end >= -1 && end <= input.length, "ends within the bytes");
        claim((end === input.length) === (expected !== undefined), "takes what JSON.parse takes");
        if (expected === undefined) return;
        const { value } = expected;
        const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
        claim(scanner.isObject === isObject, "tells an object");
        claim(scanner.hasLineBreak === /[\r\n]/.test(input.toString("latin1")), "tells a raw line break");
        if (isObject) checkMembers(scanner, input, value);
      },
      checkWorks() {
        claim(scanner.scan(GOOD, 0, GOOD.length) === GOOD.length, "scans a good object");
        claim(scanner.valueStart[1] === 5 && scanner.valueEnd[1] === 16, "finds its member");
      },
    };
  },
};
