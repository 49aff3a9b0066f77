import fc from "fast-check";
import { canonicalJson } from "../../../local/bigquery/json.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { JSON_SEEDS, JSON_TOKENS, jsonText, logRecord, utf8 } from "../inputs/json.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const MAX_GROWTH = 6;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const localJson: FuzzTarget = {
  name: "canonical-json",
  group: "local cloud",
  claim: "the local warehouse's JSON: a canonical text that is its own canonical text, or a reason",
  share: 0.1,
  inputs: bytesFrom({ seeds: JSON_SEEDS, tokens: JSON_TOKENS, structured: fc.oneof(utf8(jsonText), utf8(logRecord)) }),
  start: () => ({
    run(input) {
      const source = input.toString("utf8");
      const { text } = canonicalJson(source);
      if (text === undefined) return;
      claim(isJson(source), "takes JSON alone");
      claim(canonicalJson(text).text === text, "gives what is canonical");
      claim(text.length <= source.length * MAX_GROWTH + 64, "stays in proportion");
    },
    checkWorks() {
      claim(canonicalJson('{"b":1, "a":1e2}').text === '{"a":100.0,"b":1}', "takes a good text");
    },
  }),
};
