/** A preview as a page: headings, warnings, tables and lists, whatever they are written in afterwards. Pure. */
import { GROUPS } from "../model/cost/bill.ts";
import { PRICES_DATE, PRICES_REGION } from "../model/cost/price-table.ts";
import type { AccessChange } from "./access.ts";
import { alikeOf, ofFamily } from "./alike.ts";
import type { ChangeKind, ResourceChange } from "./change.ts";
import type { DataFinding } from "./data.ts";
import type { Capacity } from "./figures.ts";
import type { PolicyFinding } from "./finding.ts";
import { overview } from "./overview.ts";
import { type Block, type Inline, type ResourceItem, code, strong } from "./page-blocks.ts";
import type { EnvironmentPreview, Failure, Preview } from "./preview.ts";
import { bytes, count, difference, duration, perSecond, usd } from "./words.ts";

/** How much a page shows before it says how much more there is. */
export interface PageLimits {
  readonly items: number;
  readonly resources: number;
  readonly properties: number;
  /** Of one value. */
  readonly characters: number;
  readonly environments: number;
}

/** A page that leaves nothing away. */
export const UNLIMITED: PageLimits = {
  ...{ items: Infinity, resources: Infinity, properties: Infinity, characters: Infinity, environments: Infinity },
};

const NOTHING = "–";

/** The whole page. */
export function pageOf(preview: Preview, limits: PageLimits = UNLIMITED): readonly Block[] {
  // What cannot be deployed comes first, and is never what is left away.
  const ordered = [
    ...preview.environments.filter(({ failure }) => failure !== undefined),
    ...preview.environments.filter(({ failure }) => failure === undefined),
  ];
  const shown = ordered.slice(0, limits.environments);
  const hidden = preview.environments.length - shown.length;
  return [
    { kind: "heading", level: 2, text: ["Sluice preview"] },
    {
      kind: "paragraph",
      text:
        preview.engine === true
          ? ["What Pulumi's engine says that ", code(preview.head), " does to ", code(preview.base), "."]
          : ["What ", code(preview.head), " does to what ", code(preview.base), " declares. No cloud was asked."],
    },
    overview(shown),
    ...(hidden > 0 ? [paragraph(`${count(hidden, "more environment")} not shown here.`)] : []),
    ...shown.flatMap((environment) => environmentBlocks(environment, limits)),
  ];
}

function paragraph(text: string): Block {
  return { kind: "paragraph", text: [text] };
}

function environmentBlocks(preview: EnvironmentPreview, limits: PageLimits): readonly Block[] {
  const heading: Block = { kind: "heading", level: 3, text: [preview.stack], environment: preview.stack };
  const { policy, failure } = preview;
  if (failure !== undefined) return [heading, ...failureSection(failure, limits)];
  const policyBlocks = policySection(policy.new, policy.solved.length, policy.standing.length, limits);
  if (preview.abandoned) {
    const advice = "Nothing is deleted by that; what is deployed goes on, and costs on, until `pulumi destroy`.";
    return [heading, paragraph(`Its stack file is gone. ${advice}`)];
  }
  if (preview.changes.length === 0) return [heading, paragraph("No changes."), ...policyBlocks];
  return [
    heading,
    ...dataSection(preview.data, limits),
    ...list(
      "Delivery",
      preview.delivery.map((note) => [note]),
      limits.items,
      limits,
    ),
    ...accessSection(preview.access, limits),
    ...policyBlocks,
    ...costSection(preview),
    ...capacitySection(preview.capacity),
    ...codeSection(preview),
    ...changesSection(preview.changes, limits),
  ];
}

function failureSection({ problems }: Failure, limits: PageLimits): readonly Block[] {
  const items = problems.map(({ where, what }): Inline => [
    ...(where === undefined ? [] : [strong(clip(where, limits)), ": "]),
    clip(what, limits, 4),
  ]);
  return [
    { kind: "alert", tone: "danger", title: "Cannot be deployed", items: limited(items, limits.items) },
    paragraph("What the change does to this environment can be told when it can be deployed."),
  ];
}

/** What is red comes first; what only might be is below it. */
function dataSection(data: readonly DataFinding[], limits: PageLimits): readonly Block[] {
  const alert = (
    tone: "danger" | "warning",
    title: string,
    severities: readonly DataFinding["severity"][],
  ): Block[] => {
    const findings = data.filter(({ severity }) => severities.includes(severity));
    if (findings.length === 0) return [];
    const items = merged(findings).map(({ names, what }): Inline => [
      strong(clip(names, limits)),
      ": ",
      clip(what, limits),
    ]);
    return [{ kind: "alert", tone, title, items: limited(items, limits.items) }];
  };
  return [
    ...alert("danger", "Loses data", ["lost"]),
    ...alert("danger", "Would lose data, and is refused", ["refused"]),
    ...alert("warning", "Data at risk", ["may be lost", "unguarded"]),
  ];
}

const MOST_NAMES = 4;

/** Findings that say the same of several resources, as one. */
function merged(findings: readonly DataFinding[]): readonly { readonly names: string; readonly what: string }[] {
  const names = new Map<string, string[]>();
  for (const { name, what } of findings) names.set(what, [...(names.get(what) ?? []), name]);
  return [...names].map(([what, all]) => ({
    what,
    names: namesOf(all),
  }));
}

function namesOf(all: readonly string[]): string {
  return all.length <= MOST_NAMES ? all.join(", ") : `${all[0]!} … ${all.at(-1)!} (${all.length})`;
}

function accessSection(access: readonly AccessChange[], limits: PageLimits): readonly Block[] {
  const items = access.map(({ who, kind, what, wide }): Inline => [
    ...(wide ? [strong("wide:"), " "] : []),
    strong(clip(who, limits)),
    ` ${kind}: ${clip(what.join("; "), limits, 6)}`,
  ]);
  return list("Access", items, limits.items, limits);
}

function policySection(
  fresh: readonly PolicyFinding[],
  solved: number,
  standing: number,
  limits: PageLimits,
): readonly Block[] {
  const items = fresh.map(({ severity, rule, resource, message, fix, link }): Inline => [
    strong(`${severity}:`),
    " ",
    code(clip(rule, limits)),
    ` ${clip(resource, limits)}: ${clip(message, limits, 2)}. Fix: ${clip(fix, limits, 2)}. `,
    link,
  ]);
  const rest = [
    ...(solved > 0 ? [`${count(solved, "finding")} solved.`] : []),
    ...(standing > 0 ? [`${count(standing, "finding")} as before.`] : []),
  ].map((text): Inline => [text]);
  return list("Policy", [...items, ...rest], limits.items, limits);
}

function costSection({ cost, load, regions }: EnvironmentPreview): readonly Block[] {
  const { before, after } = cost;
  if (before === undefined && after === undefined) return [];
  const groups = GROUPS.filter((group) => (before?.byGroup[group] ?? 0) > 0 || (after?.byGroup[group] ?? 0) > 0);
  const row = (name: Inline[number], from: number | undefined, to: number | undefined) => [
    [name],
    ...[usd(from), usd(to), difference(from, to)].map((text) => [text]),
  ];
  const changed = groups.filter((group) => difference(before?.byGroup[group], after?.byGroup[group]) !== NOTHING);
  const declared = load.assumed ? "assumed, since the stack file declares no load" : "as the stack file declares it";
  const others = regions.filter((region) => region !== PRICES_REGION);
  const elsewhere = others.length === 0 ? "" : ` Those of ${others.join(" and ")} are not the same.`;
  const said = `${load.recordsPerSecond.toLocaleString("en-US")} records/s of ${bytes(load.recordBytes)}, ${load.format}, ${declared}`;
  return [
    { kind: "heading", level: 4, text: ["Cost and capacity"] },
    paragraph(`A month at ${said}. List prices of ${PRICES_REGION} of ${PRICES_DATE}, without free tiers.${elsewhere}`),
    {
      kind: "table",
      head: ["US dollars a month", "before", "after", "difference"],
      align: ["left", "right", "right", "right"],
      rows: [
        ...changed.map((group) => row(group, before?.byGroup[group], after?.byGroup[group])),
        row(strong("in all"), before?.usd, after?.usd),
        row("of it for keeping data", before?.storageUsd, after?.storageUsd),
      ],
    },
  ];
}

function capacitySection({ before, after }: EnvironmentPreview["capacity"]): readonly Block[] {
  const names = [...new Set([...(before?.backends ?? []), ...(after?.backends ?? [])].map(({ name }) => name))];
  const both = (text: (capacity: Capacity) => string) =>
    [before, after].map((side) => [side === undefined ? NOTHING : text(side)]);
  const ofBackend = (name: string, text: (backend: Capacity["backends"][number]) => string) =>
    both(({ backends }) => {
      const backend = backends.find((each) => each.name === name);
      return backend === undefined ? NOTHING : text(backend);
    });
  const onDemand = ({ stream }: Capacity) => stream.shards === 0;
  return [
    {
      kind: "table",
      head: ["capacity", "before", "after"],
      align: ["left", "right", "right"],
      rows: [
        [["shards"], ...both((side) => (onDemand(side) ? "on demand" : String(side.stream.shards)))],
        [
          ["stream takes"],
          ...both((side) =>
            onDemand(side)
              ? "as it comes"
              : `${perSecond(side.stream.recordsPerSecond)}, ${side.stream.megabytesPerSecond.toFixed(1)} MB/s`,
          ),
        ],
        ...names.flatMap((name) => [
          [
            [`${name} keeps up to`],
            ...ofBackend(name, ({ recordsPerSecond, limit }) => `${perSecond(recordsPerSecond)} (${limit})`),
          ],
          [
            [`${name} catches up after an hour's outage in`],
            ...ofBackend(name, ({ catchUpSeconds }) => (catchUpSeconds === null ? "never" : duration(catchUpSeconds))),
          ],
        ]),
      ],
    },
  ];
}

function codeSection({ code: sizes }: EnvironmentPreview): readonly Block[] {
  if (sizes.length === 0) return [];
  const rows = sizes.map(({ name, before, after }) => [
    [code(name)],
    ...[before, after].map((size) => [size === undefined ? NOTHING : bytes(size)]),
  ]);
  return [{ kind: "table", head: ["size of code", "before", "after"], align: ["left", "right", "right"], rows }];
}

const KIND_TITLES: readonly (readonly [ChangeKind, string])[] = [
  ["deleted", "Deleted"],
  ["replaced", "Replaced"],
  ["changed", "Changed"],
  ["added", "Added"],
];

function changesSection(changes: readonly ResourceChange[], limits: PageLimits): readonly Block[] {
  return KIND_TITLES.flatMap(([kind, title]): Block[] => {
    const ofKind = changes.filter((change) => change.kind === kind);
    if (ofKind.length === 0) return [];
    const alike = alikeOf(ofKind);
    const shown = alike.slice(0, limits.resources);
    const hidden = alike.slice(limits.resources).reduce((sum, group) => sum + group.length, 0);
    const rest = hidden > 0 ? [{ text: [`and ${hidden} more`], lines: [] }] : [];
    const items = [...shown.map((group) => resourceItem(group, limits)), ...rest];
    return [{ kind: "resources", title: `${title}: ${ofKind.length}`, sign: kind, items }];
  });
}

function resourceItem(group: readonly ResourceChange[], limits: PageLimits): ResourceItem {
  const [first, another] = group as readonly [ResourceChange, ResourceChange?];
  const { type, formerName, deletedFirst } = first;
  const name = namesOf(group.map((each) => each.name));
  const { replacedWith, properties } = another === undefined ? first : ofFamily(first);
  const how = [
    ...(formerName === undefined ? [] : [`was ${formerName}`]),
    ...(replacedWith === undefined ? [] : [`with ${replacedWith}`]),
    ...(deletedFirst === undefined ? [] : [deletedFirst ? "the old one goes first" : "the new one comes first"]),
  ];
  const text: Inline = [
    code(clip(name, limits)),
    ` ${clip(type, limits)}${how.length === 0 ? "" : ` (${how.join("; ")})`}`,
  ];
  const lines = properties.map(({ path, before, after, effect }) => {
    const mark = effect === "replaces" ? " — replaces it" : effect === "unknown" ? " — may replace it" : "";
    const value = (side: string | undefined) => (side === undefined ? "(nothing)" : clip(side, limits));
    return `${clip(path, limits)}: ${value(before)} → ${value(after)}${mark}`;
  });
  const hidden = lines.length - limits.properties;
  return { text, lines: [...lines.slice(0, limits.properties), ...(hidden > 0 ? [`and ${hidden} more`] : [])] };
}

function list(title: string, items: readonly Inline[], most: number, limits: PageLimits): readonly Block[] {
  if (items.length === 0) return [];
  return [
    { kind: "heading", level: 4, text: [title] },
    { kind: "list", items: limited(items, Math.min(most, limits.items)) },
  ];
}

function limited(items: readonly Inline[], most: number): readonly Inline[] {
  if (items.length <= most) return items;
  return [...items.slice(0, most), [`and ${items.length - most} more`]];
}

/** A text of at most so many times the characters of a value. */
function clip(text: string, { characters }: PageLimits, times = 1): string {
  const most = characters * times;
  if (text.length <= most) return text;
  return `${text.slice(0, most).toWellFormed()}…`;
}
