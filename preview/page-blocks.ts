/** What a page is made of. */

/** A piece of running text. */
export type Span = string | { readonly code: string } | { readonly strong: string };

/** Running text. */
export type Inline = readonly Span[];

/** Text as it stands in a program. */
export function code(text: string): Span {
  return { code: text };
}

/** Text that is not to be overlooked. */
export function strong(text: string): Span {
  return { strong: text };
}

/** The words of running text alone. */
export function plain(text: Inline): string {
  return text.map((span) => (typeof span === "string" ? span : "code" in span ? span.code : span.strong)).join("");
}

/** One resource, with a line for each property that differs. */
export interface ResourceItem {
  readonly text: Inline;
  readonly lines: readonly string[];
}

/** One part of a page. */
export type Block =
  | {
      readonly kind: "heading";
      readonly level: 2 | 3 | 4;
      readonly text: Inline;
      /** Of the heading of an environment: whose it is. */
      readonly environment?: string;
    }
  | { readonly kind: "paragraph"; readonly text: Inline }
  | { readonly kind: "list"; readonly items: readonly Inline[] }
  | {
      readonly kind: "alert";
      readonly tone: "danger" | "warning";
      readonly title: string;
      readonly items: readonly Inline[];
    }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly align: readonly ("left" | "right")[];
      readonly rows: readonly (readonly Inline[])[];
    }
  | {
      /** Folded where the medium can. */
      readonly kind: "resources";
      readonly title: string;
      readonly sign: "added" | "changed" | "replaced" | "deleted";
      readonly items: readonly ResourceItem[];
    };
