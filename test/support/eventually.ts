const LOOK_MS = 50;

/** Asks again and again, for what happens in other processes, until the answer is as wanted; the test's time-out is the limit. */
export async function eventually<T>(ask: () => T | Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
