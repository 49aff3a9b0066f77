/**
 * Metric math, as far as Sluice's alarms and `tune observe` use it: numbers, metrics by their id, + − * /, comparisons, AND and OR, `IF` and
 * `FILL` with a number. Anything else is refused by its name.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
import { invalidValue } from "./errors.ts";

/** Values by the beginning of their period, in milliseconds since the epoch. */
export type TimeSeries = ReadonlyMap<number, number>;

/** What an expression gives, and what it is made of. */
export type MathValue = number | TimeSeries;

/** What expressions are evaluated over. */
export interface MathContext {
  /** Beginnings of all periods asked for: what `FILL` fills. */
  readonly timestamps: readonly number[];
  /** Value of an id; throws for one that there is not. */
  readonly valueOf: (id: string) => MathValue;
}

/** A parsed expression. */
export type Expression = (context: MathContext) => MathValue;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z][A-Za-z0-9_]*)|(==|!=|<=|>=|&&|\|\||[-+*/()<>,]))/y;

type Binary = (left: number, right: number) => number;

const truth = (value: boolean): number => (value ? 1 : 0);

/** Operators, the loosest first. */
const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  { OR: (a, b) => truth(a !== 0 || b !== 0), "||": (a, b) => truth(a !== 0 || b !== 0) },
  { AND: (a, b) => truth(a !== 0 && b !== 0), "&&": (a, b) => truth(a !== 0 && b !== 0) },
  {
    "==": (a, b) => truth(a === b),
    "!=": (a, b) => truth(a !== b),
    "<": (a, b) => truth(a < b),
    ">": (a, b) => truth(a > b),
    "<=": (a, b) => truth(a <= b),
    ">=": (a, b) => truth(a >= b),
  },
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  { "*": (a, b) => a * b, "/": (a, b) => a / b },
];

/** Parses an expression. Throws a CloudWatchError that names what is not understood. */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let at = 0;
  const take = (wanted: string): void => {
    if (tokens[at] !== wanted) throw syntax(text, tokens[at], `where ${wanted} belongs`);
    at++;
  };

  function binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (let token = tokens[at]; token !== undefined && Object.hasOwn(operators, token); token = tokens[at]) {
      at++;
      const [first, second, apply] = [left, binary(level + 1), operators[token]!];
      left = (context) => combine(first(context), second(context), apply);
    }
    return left;
  }

  function unary(): Expression {
    if (tokens[at] !== "-") return primary();
    at++;
    const operand = unary();
    return (context) => combine(0, operand(context), (a, b) => a - b);
  }

  function primary(): Expression {
    const token = tokens[at++];
    if (token === undefined) throw syntax(text, token, "where a value belongs");
    if (token === "(") {
      const inner = binary(0);
      take(")");
      return inner;
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (tokens[at] === "(") return call(token);
    if (/^[a-z]/.test(token)) return ({ valueOf }) => valueOf(token);
    throw syntax(text, token, "where a value belongs");
  }

  function call(name: string): Expression {
    take("(");
    const args = [binary(0)];
    while (tokens[at] === ",") {
      at++;
      args.push(binary(0));
    }
    take(")");
    const [first, second, third] = args;
    if (name === "IF" && args.length === 3) return ifThenElse(first!, second!, third!);
    if (name === "FILL" && args.length === 2) return fill(text, first!, second!);
    throw invalidValue(`The function ${name} of ${args.length} arguments in "${text}" is not supported locally.`);
  }

  const parsed = binary(0);
  if (at < tokens.length) throw syntax(text, tokens[at], "behind the expression's end");
  return parsed;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null) throw syntax(text, source.slice(from).trimStart()[0], "that is no part of metric math here");
    tokens.push(match[1] ?? match[2] ?? match[3]!);
  }
  return tokens;
}

function syntax(text: string, token: string | undefined, where: string) {
  return invalidValue(`The expression "${text}" has ${token === undefined ? "nothing" : `"${token}"`} ${where}.`);
}

function ifThenElse(condition: Expression, yes: Expression, no: Expression): Expression {
  return (context) => {
    const [test, then, otherwise] = [condition(context), yes(context), no(context)];
    if (typeof test === "number") return test !== 0 ? then : otherwise;
    const result = new Map<number, number>();
    for (const [at, value] of test) {
      const chosen = valueAt(value !== 0 ? then : otherwise, at);
      if (chosen !== undefined) result.set(at, chosen);
    }
    return result;
  };
}

function fill(text: string, filled: Expression, filling: Expression): Expression {
  return (context) => {
    const [values, filler] = [filled(context), filling(context)];
    if (typeof values === "number") return values;
    if (typeof filler !== "number") throw invalidValue(`FILL in "${text}" takes a number here.`);
    return new Map(context.timestamps.map((at) => [at, values.get(at) ?? filler]));
  };
}

/** A value is where both sides have one; a division by 0 has none. */
function combine(left: MathValue, right: MathValue, apply: Binary): MathValue {
  if (typeof left === "number" && typeof right === "number") return apply(left, right);
  const result = new Map<number, number>();
  for (const at of typeof left === "number" ? (right as TimeSeries).keys() : left.keys()) {
    const [a, b] = [valueAt(left, at), valueAt(right, at)];
    if (a === undefined || b === undefined) continue;
    const value = apply(a, b);
    if (Number.isFinite(value)) result.set(at, value);
  }
  return result;
}

function valueAt(value: MathValue, at: number): number | undefined {
  return typeof value === "number" ? value : value.get(at);
}
