import type { FuzzTarget } from "../target.ts";
import { aggregateReader } from "./aggregate.ts";
import { appendAnswer } from "./append-answer.ts";
import { localJson } from "./canonical-json.ts";
import { consumers } from "./consumers.ts";
import { decompressor } from "./decompress.ts";
import { framing } from "./framing.ts";
import { jsonScanner } from "./json-scanner.ts";
import { keys } from "./keys.ts";
import { localBigquery } from "./local-bigquery.ts";
import { localGoogleToken } from "./local-google-token.ts";
import { kinesisCbor, kinesisJson } from "./local-kinesis.ts";
import { localS3 } from "./local-s3.ts";
import { localStorageWrite } from "./local-storage-write.ts";
import { protobufReader } from "./protobuf.ts";
import { router } from "./router.ts";
import { rowEncoder } from "./rows.ts";
import { timeParser } from "./time.ts";
import { unpacker } from "./unpack.ts";

/** Everything that is fuzzed: decoders, then what rests on them, then the local cloud. */
export const TARGETS: readonly FuzzTarget[] = [
  jsonScanner,
  unpacker,
  aggregateReader,
  decompressor,
  appendAnswer,
  protobufReader,
  framing,
  timeParser,
  keys,
  router,
  rowEncoder,
  consumers,
  localJson,
  kinesisJson,
  kinesisCbor,
  localS3,
  localBigquery,
  localStorageWrite,
  localGoogleToken,
];

/** A target by name; `undefined` if there is none. */
export function targetOf(name: string): FuzzTarget | undefined {
  return TARGETS.find((target) => target.name === name);
}
