/** Holds up the making of one table, so that an update can be cut short while it is under way. */
import type { Warehouse } from "../../../local/bigquery/warehouse.ts";

/** Open until it is closed for a table. */
export class Gate {
  #table: string | undefined;
  #reached: () => void = () => undefined;
  #opened: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  /** Holds up whoever makes this table; resolves once somebody does. */
  close(table: string): Promise<void> {
    this.#table = table;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
    return new Promise((resolve) => (this.#reached = resolve));
  }

  open(): void {
    this.#table = undefined;
    this.#open();
  }

  /** Resolves when the table may be made. */
  async pass(table: string): Promise<void> {
    if (table !== this.#table) return;
    this.#reached();
    await this.#opened;
  }
}

/** Makes the tables of a warehouse through a gate. */
export function gateTables(warehouse: Warehouse): Gate {
  const gate = new Gate();
  const createTable = warehouse.createTable.bind(warehouse);
  jest.spyOn(warehouse, "createTable").mockImplementation(async (table) => {
    await gate.pass(table.name);
    return await createTable(table);
  });
  return gate;
}
