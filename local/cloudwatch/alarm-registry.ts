import { type Alarm, type AlarmState, declaredAlarm, evaluateAlarm } from "./alarm.ts";
import { MINUTE_MS, type MetricStore } from "./metric-store.ts";

/** An alarm and how it stands. */
export interface StandingAlarm {
  readonly alarm: Alarm;
  readonly state: AlarmState;
  /** When it came into this state. */
  readonly sinceMs: number;
}

interface Entry {
  readonly inputs: Readonly<Record<string, unknown>>;
  standing: StandingAlarm;
  /** Up to when it has been looked at. */
  evaluatedMs: number;
}

/**
 * The declared alarms. Nobody is told when one rings: whoever asks gets the state that the minutes since the last question lead to, each minute in
 * its turn.
 */
export class AlarmRegistry {
  readonly #store: MetricStore;
  readonly #entries = new Map<string, Entry>();

  constructor(store: MetricStore) {
    this.#store = store;
  }

  /** Makes an alarm, or changes one, which keeps its state. Throws an Error for what is not supported. */
  put(inputs: Readonly<Record<string, unknown>>, nowMs: number): void {
    const alarm = declaredAlarm(inputs);
    const before = this.#entries.get(alarm.name)?.standing ?? { state: "INSUFFICIENT_DATA" as const, sinceMs: nowMs };
    this.#entries.set(alarm.name, { inputs, standing: { ...before, alarm }, evaluatedMs: nowMs });
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }

  /** What an alarm was made from. */
  inputs(name: string): Readonly<Record<string, unknown>> | undefined {
    return this.#entries.get(name)?.inputs;
  }

  /** All of them, in order of name. */
  standing(nowMs: number): readonly StandingAlarm[] {
    const entries = [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
    for (const entry of entries) this.#catchUp(entry, nowMs);
    return entries.map(({ standing }) => standing);
  }

  #catchUp(entry: Entry, nowMs: number): void {
    let endMs = (Math.floor(entry.evaluatedMs / MINUTE_MS) + 1) * MINUTE_MS;
    for (; endMs <= nowMs; endMs += MINUTE_MS) {
      const { alarm, state } = entry.standing;
      const next = evaluateAlarm(alarm, this.#store, endMs, state);
      if (next !== state) entry.standing = { alarm, state: next, sinceMs: endMs };
      entry.evaluatedMs = endMs;
    }
  }
}
