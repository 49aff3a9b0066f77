/** Least number of characters to insert, delete or replace to turn one text into the other (Levenshtein). */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

/**
 * The known name that a mistyped one most likely stands for: one that it begins (`retention`, `retentionHours`) or goes
 * on from, otherwise the one that differs least, in at most a third of its letters. Case is left aside.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > 100) return undefined;
  const lower = name.toLowerCase();
  const begun = known.filter(
    (candidate) => candidate.toLowerCase().startsWith(lower) || lower.startsWith(candidate.toLowerCase()),
  );
  if (lower.length >= 3 && begun.length === 1) return begun[0];
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < least && distance <= Math.ceil(candidate.length / 3)) [nearest, least] = [candidate, distance];
  }
  return nearest;
}
