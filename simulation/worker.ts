import { parentPort } from "node:worker_threads";
import { runSeed } from "./run-seed.ts";

/** Runs one seed after the other, as the pool asks for them. */
parentPort!.on("message", (seed: number) => {
  void runSeed(seed).then((result) => parentPort!.postMessage(result));
});
