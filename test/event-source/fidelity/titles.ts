/** The titles of a test file's tests, each with its group's, as they are written. Relies on prettier's layout: one level of groups. */
const TITLE = /^( *)(?:(describe|test)|\](?: as const)?\))\((["'`])(.+?)\3, /;

export function testTitles(source: string): ReadonlySet<string> {
  const titles = new Set<string>();
  let group = "";
  for (const line of source.split("\n")) {
    const [, indent, keyword, , title] = TITLE.exec(line) ?? [];
    if (line === "});") group = "";
    if (title === undefined) continue;
    if (keyword === "describe") group = `${title} `;
    else titles.add(indent === "" ? title : `${group}${title}`);
  }
  return titles;
}
