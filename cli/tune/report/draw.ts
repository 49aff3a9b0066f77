/** Draws charts. Apart from their specifications, since the library takes a second to load. */
import { View, parse } from "vega";
import { type TopLevelSpec, compile } from "vega-lite";

/** A chart as SVG text, the same for the same specification. `id` keeps the names inside apart from other charts' on a page. */
export async function drawSvg(spec: TopLevelSpec, id: string): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg.replaceAll(/(\bid="|url\(#)/g, `$1${id}-`);
}
