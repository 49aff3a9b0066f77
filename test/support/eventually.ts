const LOOK_MS = 50;
const LIMIT_MS = 30_000;

/** Asks again and again, for what happens in other processes, until the answer is as wanted; after 30 seconds it fails with the last one. */
export async function eventually<T>(ask: () => T | Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  const endMs = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > endMs) throw new Error(`not within ${LIMIT_MS} ms; the last answer: ${String(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
