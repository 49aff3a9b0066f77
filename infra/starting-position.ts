/** Where an event source mapping begins to read. Pure. */
import type { BackendConfig } from "./stack-config.ts";

/** How long before a switch of fan-out the new mapping begins: arrival times are approximate, and a backend is never quite up to date. */
export const SWITCH_MARGIN_MINUTES = 10;

/** Arguments of the mapping. */
export type StartingPosition =
  | { readonly startingPosition: "TRIM_HORIZON" }
  | { readonly startingPosition: "AT_TIMESTAMP"; readonly startingPositionTimestamp: string };

/**
 * The oldest record for a mapping as first made; ten minutes before the last switch for one that replaces another (a switch
 * of fan-out changes the event source, which makes a new mapping, and TRIM_HORIZON would send the whole retention through again).
 */
export function startingPosition(backend: Pick<BackendConfig, "fanOutSwitches">): StartingPosition {
  const lastSwitch = backend.fanOutSwitches.at(-1);
  if (lastSwitch === undefined) return { startingPosition: "TRIM_HORIZON" };
  const start = new Date(Date.parse(lastSwitch) - SWITCH_MARGIN_MINUTES * 60_000);
  return { startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: start.toISOString().replace(".000Z", "Z") };
}
