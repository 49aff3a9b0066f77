/** One page of a listing, from keys in order. Pure. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */

/** What is asked for. */
export interface ListQuery {
  /** `""` for all. */
  readonly prefix: string;
  /** `""` for none. */
  readonly delimiter: string;
  /** Keys up to this one are left out, and those of this common prefix. `""` for none. */
  readonly after: string;
  /** Entries, keys and common prefixes together, 0–1,000. */
  readonly maxKeys: number;
}

/** One page. */
export interface ListPage {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** The last entry when there is more: `after` of the next page. */
  readonly next: string | undefined;
}

/** A page of keys that are sorted by their UTF-8 bytes. */
export function listPage(sortedKeys: readonly string[], query: ListQuery): ListPage {
  const { prefix, delimiter, after, maxKeys } = query;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  const start = Math.max(firstAtOrAfter(sortedKeys, prefix), firstAtOrAfter(sortedKeys, after));
  for (let index = start; index < sortedKeys.length; index++) {
    const key = sortedKeys[index]!;
    if (!key.startsWith(prefix)) break;
    if (key === after) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = cut === -1 ? key : key.slice(0, cut + delimiter.length);
    if (cut !== -1 && (entry === last || entry === after)) continue;
    if (keys.length + commonPrefixes.length >= maxKeys) {
      return { keys, commonPrefixes, next: last };
    }
    (cut === -1 ? keys : commonPrefixes).push(entry);
    last = entry;
  }
  return { keys, commonPrefixes, next: undefined };
}

/** Index of the first key that is the text or comes after it. */
function firstAtOrAfter(sortedKeys: readonly string[], text: string): number {
  const wanted = Buffer.from(text);
  let low = 0;
  let high = sortedKeys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(Buffer.from(sortedKeys[middle]!), wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
