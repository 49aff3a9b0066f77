import { type PolicyStack, ofType } from "./stack.ts";

/** Names of the backends: of what a mapping feeds. The auto-scaler's function is none. */
export function backendsOf(stack: PolicyStack): readonly string[] {
  return ofType(stack, "aws:lambda/eventSourceMapping:EventSourceMapping").map(({ name }) =>
    name.replace(/-mapping$/, ""),
  );
}
