/** The resource graph as a drawing. Pure. */
import { Graph as Layout, layout } from "@dagrejs/dagre";
import type { Graph, GraphResource } from "../local/graph.ts";
import type { ChangeKind, ResourceChange } from "./change.ts";
import { escapeHtml } from "./html-text.ts";

/** A box of the drawing: a resource, or many alike. */
interface Box {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly kind: ChangeKind | "same";
}

const BOX = { width: 230, height: 44 } as const;
const TITLE_CHARACTERS = 30;

/** Resources that belong to another one and would only hide what matters. */
const LEFT_OUT =
  /^(?:pulumi:|sluice:|aws:cloudwatch\/metricAlarm|aws:s3\/bucket[A-Z]|aws:kms\/alias|gcp:bigquery\/iamMember|gcp:projects\/service)/;

/** Draws the resources that a stack declares afterwards, and those that it no longer does; what happens to each is its colour. */
export function graphSvg(graph: Graph, changes: readonly ResourceChange[]): string {
  const kinds = new Map(changes.map(({ kind, type, name }) => [`${type} ${name}`, kind]));
  const deleted = changes.flatMap(({ kind, before }) => (kind === "deleted" && before !== undefined ? [before] : []));
  const resources = [...graph.resources, ...deleted].filter(({ type, custom }) => custom && !LEFT_OUT.test(type));
  const boxOf = new Map<string, Box>();
  const counts = new Map<string, number>();
  for (const resource of resources) {
    const box = boxFor(resource, kinds.get(`${resource.type} ${resource.name}`) ?? "same");
    boxOf.set(resource.urn, box);
    counts.set(box.id, (counts.get(box.id) ?? 0) + 1);
  }

  const drawing = new Layout();
  drawing.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 60, marginx: 8, marginy: 8 });
  drawing.setDefaultEdgeLabel(() => ({}));
  const boxes = new Map([...boxOf.values()].map((box) => [box.id, box]));
  for (const id of boxes.keys()) drawing.setNode(id, { ...BOX });
  for (const resource of resources) {
    for (const urn of resource.dependencies) {
      const [from, to] = [boxOf.get(urn)?.id, boxOf.get(resource.urn)!.id];
      if (from !== undefined && from !== to) drawing.setEdge(from, to);
    }
  }
  layout(drawing);
  const { width = 0, height = 0 } = drawing.graph() as { readonly width?: number; readonly height?: number };
  const size = (length: number) => (Number.isFinite(length) ? Math.ceil(length) : 0);
  const edges = drawing.edges().map((edge: { v: string; w: string }) => edgePath(drawing.edge(edge) as EdgeLayout));
  const nodes = [...boxes.values()].map((box) => node(box, counts.get(box.id)!, drawing.node(box.id) as NodeLayout));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Resource graph" width="${size(width)}" height="${size(height)}" viewBox="0 0 ${size(width)} ${size(height)}">`,
    ...edges,
    ...nodes,
    "</svg>",
  ].join("\n");
}

interface NodeLayout {
  readonly x: number;
  readonly y: number;
}

interface EdgeLayout {
  readonly points: readonly NodeLayout[];
}

/** `warehouse-data-0` … `warehouse-data-f` are one box while the same happens to them. */
function boxFor({ type, name }: GraphResource, kind: Box["kind"]): Box {
  const title = type === "gcp:bigquery/table:Table" ? name.replace(/-[0-9a-f]$/, "-*") : name;
  return { id: `${type} ${title} ${kind}`, title, type, kind };
}

function edgePath({ points }: EdgeLayout): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join(" ");
  return `<path class="edge" d="${path}"/>`;
}

function node({ title, type, kind }: Box, count: number, { x, y }: NodeLayout): string {
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2];
  const name = `${clip(title)}${count > 1 ? ` × ${count}` : ""}`;
  const kindOf = type.split(":").at(-1)!;
  return [
    `<g class="${kind}"><title>${escapeHtml(`${title} (${type})${kind === "same" ? "" : `: ${kind}`}`)}</title>`,
    `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${BOX.width}" height="${BOX.height}" rx="5"/>`,
    `<text x="${(left + 10).toFixed(1)}" y="${(y - 3).toFixed(1)}">${escapeHtml(name)}</text>`,
    `<text class="type" x="${(left + 10).toFixed(1)}" y="${(y + 13).toFixed(1)}">${escapeHtml(clip(kindOf))}${kind === "same" ? "" : ` · ${kind}`}</text></g>`,
  ].join("");
}

function clip(text: string): string {
  const characters = [...text];
  return characters.length <= TITLE_CHARACTERS ? text : `${characters.slice(0, TITLE_CHARACTERS).join("")}…`;
}
