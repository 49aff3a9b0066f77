// Starts a producer's process and says which; then waits to be killed.
import { ProducerChild } from "../../../cli/local/producer-child.ts";

const child = new ProducerChild({ readsStdin: false, onRefused: () => undefined, onTrouble: () => undefined });
process.stdout.write(`${child.pid}\n`);
