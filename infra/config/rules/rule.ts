/** What a rule between fields is. Rules look at a resolved configuration; each has a sentence for the documentation. */
import type { BackendConfig, StackConfig } from "../../stack-config.ts";

/** A finding of a rule. Fields are without namespace: `stream.shardCount`. */
export interface Finding {
  readonly field: string;
  readonly value: unknown;
  /** What is broken, with this configuration's figures. */
  readonly rule: string;
  readonly fix: string;
  /** Other fields that the finding rests on: it is dropped where one of them has a problem of its own. */
  readonly reads: readonly string[];
}

/** What rules know besides the configuration. */
export interface RuleContext {
  /** Whether `functions/<name>/` is there. */
  hasFunction(backend: string): boolean;
  /** Time of the check, in milliseconds since the epoch; left out where nothing is deployed: then no time is in the future. */
  readonly now?: number;
}

/** A rule between fields. */
export interface Rule {
  /** The rule as documented. */
  readonly text: string;
  check(config: StackConfig, context: RuleContext): readonly Finding[];
}

/** A check of each backend on its own; `path` is where its entry stands. */
export function perBackend(
  check: (backend: BackendConfig, path: string, config: StackConfig, context: RuleContext) => readonly Finding[],
): Rule["check"] {
  return (config, context) =>
    config.backends.flatMap((backend) => check(backend, `backends.${backend.name}`, config, context));
}
