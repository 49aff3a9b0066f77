import { z } from "zod";
import { messageOf } from "../errors.ts";

/** Message of anything thrown, on one line: of a schema's refusal its paths and what is wrong with each, never a value. */
export function oneLine(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error).replaceAll(/\s*\n\s*/g, " ");
  return error.issues
    .map(({ path, message }) => `${path.length === 0 ? "" : `${path.join(".")}: `}${message}`)
    .join("; ");
}
