/**
 * Values of several sources as they come, a few sources at a time; each source's own stay in order. A source is asked for its
 * next value once the last one is taken, so no more than `atOnce` values wait. The first that rejects ends it.
 */
export async function* merged<T>(
  sources: readonly (() => AsyncIterator<T, void>)[],
  atOnce: number,
): AsyncGenerator<T, void, void> {
  const waiting = [...sources].reverse();
  const running = new Map<AsyncIterator<T, void>, Promise<Step<T>>>();
  const ask = (iterator: AsyncIterator<T, void>): void => {
    const next = iterator.next().then((result): Step<T> => ({ iterator, result }));
    // Another one's rejection may end the race first.
    next.catch(() => undefined);
    running.set(iterator, next);
  };
  const fill = (): void => {
    while (running.size < atOnce && waiting.length > 0) ask(waiting.pop()!());
  };
  fill();
  while (running.size > 0) {
    const { iterator, result } = await Promise.race(running.values());
    if (result.done === true) {
      running.delete(iterator);
      fill();
    } else {
      yield result.value;
      ask(iterator);
    }
  }
}

interface Step<T> {
  readonly iterator: AsyncIterator<T, void>;
  readonly result: IteratorResult<T, void>;
}
