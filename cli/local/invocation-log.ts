import type { Invocation } from "../../local/lambda/types.ts";

/** How far a run is: log records, counted by the functions themselves. */
export interface BackendProgress {
  readonly written: number;
  readonly quarantined: number;
}

/** The finished invocations of a run, by backend. */
export class InvocationLog {
  readonly #backendOf: ReadonlyMap<string, string>;
  readonly #invocations: Map<string, Invocation[]>;
  readonly #progress: Map<string, BackendProgress>;

  /** `functions`: function names by backend. */
  constructor(functions: Readonly<Record<string, string>>) {
    const entries = Object.entries(functions);
    this.#backendOf = new Map(entries.map(([backend, name]) => [name, backend]));
    this.#invocations = new Map(entries.map(([backend]) => [backend, []]));
    this.#progress = new Map(entries.map(([backend]) => [backend, { written: 0, quarantined: 0 }]));
  }

  add(invocation: Invocation): void {
    const backend = this.#backendOf.get(invocation.functionName);
    if (backend === undefined) return;
    this.#invocations.get(backend)!.push(invocation);
    const { written, quarantined } = this.#progress.get(backend)!;
    this.#progress.set(backend, {
      written: written + invocation.written,
      quarantined: quarantined + invocation.quarantined,
    });
  }

  byBackend(): Readonly<Record<string, readonly Invocation[]>> {
    return Object.fromEntries(this.#invocations);
  }

  progress(): { readonly backends: Readonly<Record<string, BackendProgress>> } {
    return { backends: Object.fromEntries(this.#progress) };
  }
}
