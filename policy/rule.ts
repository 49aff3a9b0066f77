import type { Limits } from "./settings.ts";
import type { PolicyStack } from "./stack.ts";

/** One thing that a rule does not allow. */
export interface Violation {
  /** Logical name of the resource, or of the stack's part that is missing one. */
  readonly resource: string;
  /** What is wrong, in one sentence without a full stop. */
  readonly message: string;
}

/** One rule: pure, over a whole stack, so that what is missing can be seen too. */
export interface Rule {
  /** In kebab case; its section in docs/policy.md. */
  readonly name: string;
  /** What it asks for, in one sentence. */
  readonly description: string;
  /** What goes wrong without it. */
  readonly why: string;
  /** What to write instead. */
  readonly fix: string;
  /** The vendor's page on it. */
  readonly link: string;
  check(stack: PolicyStack, limits: Limits): readonly Violation[];
}
