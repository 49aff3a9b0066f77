/** A copy of the project for the engine to work in: it writes into stack files, and tests change sources. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");
/** What the program is made of. */
const PARTS = ["Pulumi.yaml", "package.json", "stacks", "infra", "functions", "contract", "model"];

/** One copy. */
export class ProjectCopy {
  readonly directory: string;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), "sluice-engine-"));
    for (const part of PARTS) cpSync(join(ROOT, part), join(this.directory, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(this.directory, "node_modules"));
  }

  /** Text of a file. */
  read(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  /** Stack files that are not what they are in the project. */
  changedStackFiles(): readonly string[] {
    const names = readdirSync(join(this.directory, "stacks"));
    return names.filter((name) => this.read(`stacks/${name}`) !== readFileSync(join(ROOT, "stacks", name), "utf8"));
  }

  /** Replaces a text, which must be there, in a file; the returned function puts the file back. */
  edit(file: string, text: string, replacement: string): () => void {
    const before = this.read(file);
    if (!before.includes(text)) throw new Error(`${file} has no ${JSON.stringify(text)}`);
    const path = join(this.directory, file);
    writeFileSync(
      path,
      before.replace(text, () => replacement),
    );
    return () => writeFileSync(path, before);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
