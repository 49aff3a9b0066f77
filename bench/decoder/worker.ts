/** A thread that compares the stretches of payloads that it is sent. */
import { parentPort } from "node:worker_threads";
import { compareGenerated } from "./compare.ts";
import { functionsDecoder } from "./functions-decoder.ts";
import type { CompareAnswer, CompareOrder } from "./messages.ts";

const decode = functionsDecoder();
parentPort!.on("message", ({ seed, from, to }: CompareOrder) => {
  parentPort!.postMessage(compareGenerated(decode, seed, from, to) satisfies CompareAnswer);
});
