import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../../local/run-program.ts";
import type { Terminal } from "../command.ts";
import { configOfStack } from "../connect/facts-of-stack.ts";
import { UsageError, codeOf, messageOf } from "../errors.ts";
import { terraformAnswers } from "./addresses.ts";
import { exportStack } from "./export-stack.ts";
import type { TerraformExport } from "./export-stack.ts";
import { importBlocks } from "./import-blocks.ts";
import type { Imports } from "./import-blocks.ts";
import { refuseForwarder } from "./refuse-forwarder.ts";
import type { AwsProvider } from "./substitutions.ts";
import { zipOf } from "./zip.ts";

/** Options of `sluice terraform`. */
export interface TerraformOptions {
  readonly stack: string;
  /** Folder of the files. */
  readonly out: string;
  readonly awsProvider: AwsProvider;
  /** Path of what `pulumi stack export` has written. */
  readonly import?: string;
}

/** Runs the program for a stack and exports what it declares. */
async function declaredExport(stack: string, awsProvider: AwsProvider): Promise<TerraformExport> {
  // In a preview, what no reference answers for is unknown and found; in an update it would be left out.
  const { graph } = await runProgram({ stack, mode: "preview", answers: terraformAnswers });
  return exportStack(graph, awsProvider);
}

/** Writes the files and says what was written, and what differs from the program. */
export async function terraformCommand(options: TerraformOptions, { stdout }: Terminal): Promise<void> {
  const { stack, out, awsProvider } = options;
  refuseForwarder(configOfStack(stack));
  const exported = await declaredExport(stack, awsProvider);
  const imports =
    options.import === undefined
      ? undefined
      : importBlocks(readState(options.import), exported.addresses, options.import);
  const files = filesOf(exported, imports);
  write(out, files);
  stdout.write(summary(out, files, exported, imports));
}

function readState(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Contents by file name; the same export gives the same bytes. */
export function filesOf(exported: TerraformExport, imports?: Imports): ReadonlyMap<string, string | Uint8Array> {
  return new Map<string, string | Uint8Array>([
    ["main.tf.json", json(exported.main)],
    ["versions.tf.json", json(exported.versions)],
    ...[...exported.archives].map(([name, archive]) => [name, zipOf(archive)] as const),
    ...(imports === undefined ? [] : [["imports.tf.json", json({ import: imports.blocks })] as const]),
  ]);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function write(out: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  try {
    mkdirSync(out, { recursive: true });
    for (const [name, content] of files) writeFileSync(join(out, name), content);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new UsageError(`${out} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

function summary(
  out: string,
  files: ReadonlyMap<string, unknown>,
  { addresses, changes, main }: TerraformExport,
  imports: Imports | undefined,
): string {
  const variables = Object.keys(main.variable ?? {});
  return [
    `${addresses.size} resources in ${out}: ${[...files.keys()].join(", ")}`,
    ...section("Differs from the program, for the sake of the AWS provider's version", changes),
    ...section("Secrets, to be given as variables", variables),
    ...(imports === undefined
      ? []
      : [
          `${imports.blocks.length} resources will be imported.`,
          ...section("Not deployed yet: Terraform will make", imports.missing),
          ...section("Deployed and not declared: stays with Pulumi", imports.left),
        ]),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}
