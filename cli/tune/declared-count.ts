/** The shard count that a stack file declares. Pure. */
import { isScalar, parseDocument } from "yaml";

const PATH = ["config", "sluice:stream", "shardCount"];
/** As our own stack files are written: lines are not broken anew. */
const FORM = { lineWidth: 0, flowCollectionPadding: false };

/** The text of a stack file with another count; everything else, comments included, stays as it is. */
export function withShardCount(text: string, count: number): string {
  const document = parseDocument(text);
  const node = document.getIn(PATH, true);
  // In the text itself where it can be: the library would move some comments.
  if (isScalar(node) && node.range != null)
    return text.slice(0, node.range[0]) + String(count) + text.slice(node.range[1]);
  document.setIn(PATH, count);
  return document.toString(FORM);
}
