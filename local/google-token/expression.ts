/**
 * Attribute mappings and conditions of a workload identity provider: the part of Google's CEL that declares who a caller
 * is. Strings, `assertion.…`, `attribute.…` and `google.…`, `.extract('…')`, `.startsWith('…')`, `.endsWith('…')`,
 * `.contains('…')`, `==`, `!=`, `in […]`, `&&`, `||`, `!` and parentheses. Whatever else CEL has is an ExpressionError
 * that names it: https://cloud.google.com/iam/docs/workload-identity-federation#mapping
 */
import { ExtractTemplateError, extract } from "./extract.ts";

/** An expression that is wrong, or beyond what the local exchange knows, or whose attribute the caller does not have. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

/** Values by full name: `assertion.arn`, `attribute.aws_role`, `google.subject`. */
export type Attributes = ReadonlyMap<string, string>;

/** An expression that is ready to be evaluated. */
type Evaluate<T> = (attributes: Attributes) => T;

type Node = { readonly type: "string"; run: Evaluate<string> } | { readonly type: "boolean"; run: Evaluate<boolean> };

const TOKEN = /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([A-Za-z_][A-Za-z0-9_]*)|(==|!=|&&|\|\||[()[\],.!]))/y;

/** Prepares a mapping, whose value is a text. Throws an ExpressionError, as the result may. */
export function compileMapping(source: string): Evaluate<string> {
  const node = new Parser(source).parse();
  if (node.type === "string") return node.run;
  throw new ExpressionError(`a mapping gives a text, and this gives true or false: ${source}`);
}

/** Prepares a condition, whose value is true or false. Throws an ExpressionError, as the result may. */
export function compileCondition(source: string): Evaluate<boolean> {
  const node = new Parser(source).parse();
  if (node.type === "boolean") return node.run;
  throw new ExpressionError(`a condition gives true or false, and this gives a text: ${source}`);
}

/** Methods of texts with one text as argument, a literal. */
const METHODS: Readonly<Record<string, (target: Evaluate<string>, argument: string) => Node>> = {
  extract: (target, argument) => {
    // A template is judged where it is declared, not when the first caller comes.
    extract("", argument);
    return { type: "string", run: (attributes) => extract(target(attributes), argument) };
  },
  startsWith: (target, argument) => ({ type: "boolean", run: (attributes) => target(attributes).startsWith(argument) }),
  endsWith: (target, argument) => ({ type: "boolean", run: (attributes) => target(attributes).endsWith(argument) }),
  contains: (target, argument) => ({ type: "boolean", run: (attributes) => target(attributes).includes(argument) }),
};

/** Recursive descent, loosest operator first. */
class Parser {
  readonly #source: string;
  #tokens: string[] = [];
  #next = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Node {
    const text = this.#source.trimEnd();
    let offset = 0;
    while (offset < text.length) {
      TOKEN.lastIndex = offset;
      const match = TOKEN.exec(text);
      if (match === null) throw this.#error(`cannot read ${JSON.stringify(text.slice(offset, offset + 20))}`);
      this.#tokens.push(match[0].trimStart());
      offset = TOKEN.lastIndex;
    }
    const node = this.#or();
    if (this.#next < this.#tokens.length) throw this.#unexpected();
    return node;
  }

  #or(): Node {
    let left = this.#and();
    while (this.#take("||")) {
      const [a, b] = [this.#boolean(left), this.#boolean(this.#and())];
      left = { type: "boolean", run: (attributes) => a(attributes) || b(attributes) };
    }
    return left;
  }

  #and(): Node {
    let left = this.#not();
    while (this.#take("&&")) {
      const [a, b] = [this.#boolean(left), this.#boolean(this.#not())];
      left = { type: "boolean", run: (attributes) => a(attributes) && b(attributes) };
    }
    return left;
  }

  #not(): Node {
    if (!this.#take("!")) return this.#relation();
    const operand = this.#boolean(this.#not());
    return { type: "boolean", run: (attributes) => !operand(attributes) };
  }

  #relation(): Node {
    const left = this.#value();
    const operator = ["==", "!=", "in"].find((symbol) => this.#take(symbol));
    if (operator === undefined) return left;
    const value = this.#string(left);
    if (operator === "in") {
      const list = new Set(this.#list());
      return { type: "boolean", run: (attributes) => list.has(value(attributes)) };
    }
    const other = this.#string(this.#value());
    const wanted = operator === "==";
    return { type: "boolean", run: (attributes) => (value(attributes) === other(attributes)) === wanted };
  }

  #value(): Node {
    if (this.#take("(")) {
      const node = this.#or();
      this.#expect(")");
      return node;
    }
    const token = this.#tokens[this.#next];
    if (token === undefined) throw this.#unexpected();
    let node: Node;
    if (isLiteral(token)) {
      const text = this.#literal();
      node = { type: "string", run: () => text };
    } else {
      node = this.#attribute();
    }
    while (this.#take(".")) {
      const name = this.#tokens[this.#next++] ?? "";
      if (!Object.hasOwn(METHODS, name)) throw this.#error(`no method ${name} here`);
      this.#expect("(");
      const argument = this.#literal();
      this.#expect(")");
      try {
        node = METHODS[name]!(this.#string(node), argument);
      } catch (error) {
        throw error instanceof ExtractTemplateError ? this.#error(error.message) : error;
      }
    }
    return node;
  }

  /** `assertion.arn`: two names, the first of which is one of three. */
  #attribute(): Node {
    const group = this.#tokens[this.#next++]!;
    if (!["assertion", "attribute", "google"].includes(group)) {
      throw this.#error(`neither a text nor assertion.…, attribute.… or google.…: ${group}`);
    }
    this.#expect(".");
    const member = this.#tokens[this.#next++] ?? "";
    if (!/^\w+$/.test(member)) throw this.#error(`${group}. without a name`);
    const name = `${group}.${member}`;
    const run = (attributes: Attributes): string => {
      const value = attributes.get(name);
      if (value === undefined) throw this.#error(`the caller has no ${name}`);
      return value;
    };
    return { type: "string", run };
  }

  #list(): string[] {
    this.#expect("[");
    const items: string[] = [];
    if (this.#take("]")) return items;
    do items.push(this.#literal());
    while (this.#take(","));
    this.#expect("]");
    return items;
  }

  #literal(): string {
    const token = this.#tokens[this.#next++];
    if (token === undefined || !isLiteral(token)) throw this.#error("a text in quotes is needed");
    return token.slice(1, -1).replace(/\\(.)/gs, (escape, character: string) => {
      if (!`\\'"`.includes(character)) throw this.#error(`no escape ${escape} here`);
      return character;
    });
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#unexpected(token);
  }

  #boolean(node: Node): Evaluate<boolean> {
    if (node.type === "boolean") return node.run;
    throw this.#error("a text where true or false is needed");
  }

  #string(node: Node): Evaluate<string> {
    if (node.type === "string") return node.run;
    throw this.#error("true or false where a text is needed");
  }

  #unexpected(wanted?: string): ExpressionError {
    const found = this.#tokens[this.#next] ?? "the end";
    return this.#error(wanted === undefined ? `unexpected ${found}` : `${wanted} is needed, not ${found}`);
  }

  #error(what: string): ExpressionError {
    return new ExpressionError(`the local token exchange cannot take the expression ${this.#source}: ${what}`);
  }
}

function isLiteral(token: string): boolean {
  return token.startsWith("'") || token.startsWith('"');
}
