import { hourOf } from "../../contract/keys.ts";

/** One shard in one UTC hour of arrival: what object names carry, and the unit in which counts are compared. */
export interface Cell {
  readonly shard: number;
  /** Hours since the epoch. */
  readonly hour: number;
}

const MS_PER_HOUR = 3_600_000;

/** An hour as in object keys: `YYYY-MM-DDTHH`. */
export function hourText(hour: number): string {
  return hourOf(hour * MS_PER_HOUR);
}

/** More hours than there will be until the year 2448. */
const HOURS = 2 ** 22;

/** Values by cell. */
export class CellMap<T> {
  readonly #values = new Map<number, { readonly cell: Cell; value: T }>();
  readonly #initial: () => T;

  /** `initial`: makes the value of a cell that is first asked for. */
  constructor(initial: () => T) {
    this.#initial = initial;
  }

  /** The cell's value, made if it has none. */
  at(shard: number, hour: number): T {
    const key = shard * HOURS + hour;
    let entry = this.#values.get(key);
    if (entry === undefined) this.#values.set(key, (entry = { cell: { shard, hour }, value: this.#initial() }));
    return entry.value;
  }

  /** The cell's value, `undefined` if it has none. */
  find(shard: number, hour: number): T | undefined {
    return this.#values.get(shard * HOURS + hour)?.value;
  }

  set(cell: Cell, value: T): void {
    this.#values.set(cell.shard * HOURS + cell.hour, { cell, value });
  }

  /** By shard, then hour. */
  entries(): (readonly [Cell, T])[] {
    const sorted = [...this.#values].sort(([one], [other]) => one - other);
    return sorted.map(([, { cell, value }]) => [cell, value] as const);
  }
}
