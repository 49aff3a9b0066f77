import type { ConfigProblem } from "../../infra/config/error.ts";
import type { Settings } from "./support.ts";

/** Settings that break one rule, and what is said of them. */
export interface Violation {
  readonly fact: string;
  readonly settings: Settings;
  readonly stack?: string;
  readonly problems: readonly ConfigProblem[];
}

/** By the first words of a rule's text. */
export type Violations = Readonly<Record<string, readonly Violation[]>>;
