/** What a cloud test may have left in somebody's account: a file for each stack, from before its `up` until after its `destroy`. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "../../../cli/errors.ts";
import { writeWhole } from "../../../cli/local/endpoints-file.ts";

const leftoverSchema = z.object({
  version: z.literal(1),
  stack: z.string(),
  awsAccountId: z.string(),
  awsRegion: z.string(),
  googleProjectId: z.string(),
  /** Where its state is, as PULUMI_BACKEND_URL says; absent for Pulumi's own service. */
  backendUrl: z.string().optional(),
  /** ISO 8601. */
  expiresAt: z.string(),
  /** Text of its stack file, which destroying it needs. */
  stackFile: z.string(),
});

export type Leftover = Readonly<z.infer<typeof leftoverSchema>>;

/** A folder of such files. */
export class Leftovers {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** In order of name. */
  list(): Leftover[] {
    if (!existsSync(this.#folder)) return [];
    const files = readdirSync(this.#folder).filter((name) => name.endsWith(".json"));
    return files.sort().map((name) => leftoverSchema.parse(JSON.parse(readFileSync(join(this.#folder, name), "utf8"))));
  }

  add(leftover: Leftover): void {
    mkdirSync(this.#folder, { recursive: true });
    writeWhole(join(this.#folder, `${leftover.stack}.json`), leftover);
  }

  remove(stack: string): void {
    rmSync(join(this.#folder, `${stack}.json`), { force: true });
  }

  /** Throws a CommandError that names them, if there are any. */
  refuseAny(): void {
    const left = this.list();
    if (left.length === 0) return;
    const lines = left.map(
      ({ stack, awsAccountId, awsRegion, googleProjectId }) =>
        `${stack} in AWS account ${awsAccountId}, ${awsRegion}, and Google project ${googleProjectId}`,
    );
    throw new CommandError("an earlier cloud test has left a stack behind, which costs money", {
      hint: [...lines, "Destroy it first: npm run test:cloud:destroy-leftovers"].join("\n"),
    });
  }
}
