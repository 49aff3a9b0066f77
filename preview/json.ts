/** The machine-readable form of a preview; docs/preview.md says what each field means. Pure. */
import { countsOf } from "./change.ts";
import { type EnvironmentPreview, type Preview, losesData, violatesPolicy } from "./preview.ts";

/** Fields are added within a version; a change of meaning makes a new one. */
export const PREVIEW_JSON_VERSION = 1;

/** One JSON object, indented, with a line break at its end. */
export function renderJson(preview: Preview): string {
  const { base, head, environments } = preview;
  const json = {
    version: PREVIEW_JSON_VERSION,
    base,
    head,
    losesData: losesData(preview),
    violatesPolicy: violatesPolicy(preview),
    environments: environments.map(environmentJson),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function environmentJson({
  stack,
  failure,
  changes,
  data,
  delivery,
  access,
  policy,
  load,
  cost,
  capacity,
  code,
}: EnvironmentPreview) {
  return {
    stack,
    ...(failure !== undefined && { failure }),
    counts: countsOf(changes),
    changes: changes.map(({ kind, type, name, formerName, replacedWith, deletedFirst, properties }) => ({
      ...{ kind, type, name, formerName, replacedWith, deletedFirst, properties },
    })),
    ...{ data, delivery, access, policy, load, cost, capacity, code },
  };
}
