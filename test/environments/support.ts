import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";

const ROOT = join(__dirname, "../..");

/** A project of our stacks, and of others if given, in a folder of its own; `functions/` has the two backends and nothing in them. */
export class ScratchProject {
  readonly root = mkdtempSync(join(tmpdir(), "sluice-environments-"));

  constructor(stacks: Readonly<Record<string, string>> = {}) {
    cpSync(join(ROOT, "Pulumi.yaml"), join(this.root, "Pulumi.yaml"));
    cpSync(join(ROOT, "stacks"), join(this.root, "stacks"), { recursive: true });
    for (const backend of ["archive", "warehouse"])
      mkdirSync(join(this.root, "functions", backend), { recursive: true });
    for (const [name, text] of Object.entries(stacks)) this.write(name, text);
  }

  write(name: string, text: string): void {
    writeFileSync(this.stackFile(name), text);
  }

  stackFile(name: string): string {
    return join(this.root, "stacks", `Pulumi.${name}.yaml`);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A terminal that keeps what is printed. */
export class Printed {
  text = "";
  readonly stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      this.text += chunk.toString();
      done();
    },
  });
  readonly stderr = this.stdout;
}

/** The shortest stack file, and more below it. */
export function stackText(more = ""): string {
  return `config:
  sluice:aws:
    accountId: "123456789012"
    region: us-east-1
  sluice:google:
    projectId: example-sluice
    projectNumber: "123456789012"
  sluice:backends:
    archive:
      grants: [archive-bucket-write]
    warehouse:
      grants: [google-warehouse-write]
${more}`;
}
