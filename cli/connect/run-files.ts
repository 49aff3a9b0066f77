import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FORMAT_VERSIONS } from "../../contract/formats.ts";
import { CommandError } from "../errors.ts";
import { FutureFormatError, refuseFutureDocument } from "../format-version.ts";
import { ENDPOINTS_FILE, writeWhole } from "../local/endpoints-file.ts";
import { oneLine } from "./one-line.ts";
import { type StackFacts, stackFactsSchema } from "./stack-facts.ts";

/** Name of the file of a run's folder that says which stack it ran. */
export const STACK_FILE = "stack.json";

const endpointsSchema = z.object({
  kinesis: z.url(),
  s3: z.url(),
  /** Absent in runs of versions before it was served. */
  cloudwatch: z.url().optional(),
  bigquery: z.url(),
  bigqueryStorage: z.string(),
  pulumiProviders: z.string().optional(),
});

/** Where a served run answers. */
export type RunEndpoints = z.infer<typeof endpointsSchema>;

/** Leaves the facts of the stack in the run's folder, for the commands that read it later. */
export function writeRunFacts(directory: string, facts: StackFacts): void {
  writeWhole(join(directory, STACK_FILE), { version: FORMAT_VERSIONS.run, ...facts });
}

/** Throws a CommandError. */
export function readRunFacts(directory: string): StackFacts {
  return readJson(join(directory, STACK_FILE), stackFactsSchema);
}

/** Throws a CommandError. */
export function readRunEndpoints(directory: string): RunEndpoints {
  return readJson(join(directory, ENDPOINTS_FILE), endpointsSchema);
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  try {
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    refuseFutureDocument("run", document);
    return schema.parse(document);
  } catch (error) {
    if (error instanceof FutureFormatError) {
      throw new CommandError(`${file}: cannot be read: ${error.message}`, { cause: error, hint: error.hint });
    }
    throw new CommandError(`${file}: cannot be read: ${oneLine(error)}`, {
      cause: error,
      hint: "The run ended before its cloud was up, or is of another version: start another one with npm start.",
    });
  }
}
