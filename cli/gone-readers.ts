import { codeOf } from "./errors.ts";

/** A reader that goes away (`| head`) is no error: what it does not want to see is not printed, and all else goes on. */
export function tolerateGoneReaders(...streams: readonly NodeJS.WritableStream[]): void {
  for (const stream of streams) {
    stream.on("error", (error) => {
      if (codeOf(error) !== "EPIPE") throw error;
    });
  }
}
