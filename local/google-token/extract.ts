/**
 * `extract` of Google's condition language: `extract("a/b/c", "a/{part}/") === "b"`.
 * https://cloud.google.com/iam/docs/conditions-attribute-reference#extract
 */

/** A template without exactly one `{name}`. */
export class ExtractTemplateError extends Error {
  override readonly name = "ExtractTemplateError";
}

const TEMPLATE = /^([^{}]*)\{[A-Za-z_][A-Za-z0-9_]*\}([^{}]*)$/s;

/**
 * What stands between the first occurrence of the template's prefix and the first occurrence of its suffix after that;
 * `""` where one of them is not there. An empty prefix is the text's start, an empty suffix its end.
 * Throws an ExtractTemplateError.
 */
export function extract(text: string, template: string): string {
  const match = TEMPLATE.exec(template);
  if (match === null)
    throw new ExtractTemplateError(`an extract template holds one {name}: ${JSON.stringify(template)}`);
  const [, prefix = "", suffix = ""] = match;
  const found = text.indexOf(prefix);
  if (found === -1) return "";
  const start = found + prefix.length;
  const end = suffix === "" ? text.length : text.indexOf(suffix, start);
  return end === -1 ? "" : text.slice(start, end);
}
