/** A preview as it is asked for. */
import type { Preview } from "../../preview/preview.ts";

/** Renders a preview. Colours are for terminals that have not been told to do without. https://no-color.org */
export async function written(
  preview: Preview,
  format: "terminal" | "markdown" | "json" | "html",
  stdout: NodeJS.WritableStream & { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  switch (format) {
    case "markdown":
      return (await import("../../preview/markdown.ts")).renderMarkdown(preview);
    case "json":
      return (await import("../../preview/json.ts")).renderJson(preview);
    case "html":
      return (await import("../../preview/html.ts")).renderHtml(preview);
    case "terminal": {
      const colours = stdout.isTTY === true && (environment["NO_COLOR"] ?? "") === "";
      return (await import("../../preview/terminal.ts")).renderTerminal(preview, { colours });
    }
  }
}
