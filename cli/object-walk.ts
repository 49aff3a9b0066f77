import { parseObjectKey } from "../contract/keys.ts";
import type { ObjectKey } from "../contract/keys.ts";
import type { ObjectSource } from "./audit/object-source.ts";
import { type TimeWindow, meetsDay, meetsHour } from "./time-window.ts";

/** An object named by the rules of contract/keys.ts. */
export interface NamedObject {
  readonly key: string;
  readonly name: ObjectKey;
}

const DAY_FOLDER = /dt=(\d{4}-\d{2}-\d{2})\/$/;
const HOUR_FOLDER = /dt=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/$/;

/**
 * Objects under a prefix (all before `dt=`) whose arrival hour has time in common with a window, in order of key; days and
 * hours outside it are not listed. Tells `onStranger` of keys that follow no rule.
 */
export async function* objectsInWindow(
  source: ObjectSource,
  prefix: string,
  window: TimeWindow,
  onStranger: (key: string) => void = () => undefined,
): AsyncGenerator<NamedObject, void, void> {
  for await (const day of source.folders(prefix)) {
    const date = DAY_FOLDER.exec(day)?.[1];
    if (date === undefined || !meetsDay(window, date)) continue;
    for await (const folder of source.folders(day)) {
      const [, , hour] = HOUR_FOLDER.exec(folder) ?? [];
      if (hour === undefined || !meetsHour(window, `${date}T${hour}`)) continue;
      for await (const key of source.list(folder)) {
        const name = parseObjectKey(key);
        if (name === undefined) onStranger(key);
        else yield { key, name };
      }
    }
  }
}
