/** Window functions: what stands before OVER, and what stands in its brackets. */
import { invalidQuery, unsupported } from "../errors.ts";
import { quoteIdentifier } from "../names.ts";
import { aggregateOf, ordering, translateAggregate, translateWindowOnly } from "./aggregates.ts";
import type { Expression, Node } from "./ast.ts";
import { allowOnly, open } from "./ast.ts";
import type { Scope } from "./scope.ts";
import type { Translator } from "./translator.ts";
import type { Typed } from "./types.ts";

/** `f(…) OVER (…)`. */
export function windowFunction(node: Node<"window_function">, scope: Scope, translator: Translator): Typed {
  allowOnly(node, "a window function", ["this", "over"]);
  const { kind, value } = open(node.this);
  const over = ` OVER ${overClause(node.over, scope, translator)}`;
  const only = translateWindowOnly(translator, kind, value, scope);
  if (only !== undefined) return { sql: only.sql + over, type: only.type };
  const aggregate = aggregateOf(kind, value);
  if (aggregate === undefined) throw unsupported(`${kind.replaceAll("_", " ").toUpperCase()} with OVER`);
  return translateAggregate(translator, aggregate, scope, over);
}

function overClause(over: Node<"window_function">["over"], scope: Scope, translator: Translator): string {
  if (over.window_name === null || over.window_name === undefined) return `(${windowSpec(over, scope, translator)})`;
  const named = over.window_name.name;
  if (!scope.windows.has(named.toLowerCase())) throw invalidQuery(`Unrecognized window name: ${named}`);
  if (over.partition_by.length + over.order_by.length > 0) throw unsupported("a window that extends a named one");
  return quoteIdentifier(named);
}

/** What stands between the brackets of OVER (…). */
export function windowSpec(over: Node<"window_function">["over"], scope: Scope, translator: Translator): string {
  allowOnly(over, "OVER", ["partition_by", "order_by", "frame"]);
  const partition = over.partition_by.map((item) => translator.expression(item, scope).sql);
  const order = over.order_by.map((item) => ordering(translator, item, scope));
  const frame = over.frame;
  let clause = "";
  if (frame !== null && frame !== undefined) {
    allowOnly(frame, "a window frame", ["kind", "start", "end"]);
    const bound = (at: unknown): string => {
      if (at === "CurrentRow") return "CURRENT ROW";
      if (at === "UnboundedPreceding") return "UNBOUNDED PRECEDING";
      if (at === "UnboundedFollowing") return "UNBOUNDED FOLLOWING";
      const [side, amount] = Object.entries(at as Record<string, Expression>)[0]!;
      return `${translator.expression(amount, scope).sql} ${side.toUpperCase()}`;
    };
    const end = frame.end === null || frame.end === undefined ? "CURRENT ROW" : bound(frame.end);
    clause = `${String(frame.kind).toUpperCase()} BETWEEN ${bound(frame.start)} AND ${end}`;
  }
  const parts = [
    partition.length > 0 ? `PARTITION BY ${partition.join(", ")}` : "",
    order.length > 0 ? `ORDER BY ${order.join(", ")}` : "",
    clause,
  ];
  return parts.filter((part) => part !== "").join(" ");
}
