import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../contract/clock.ts";
import { ExecutionEnvironment, type Execution } from "../../local/lambda/execution-environment.ts";
import { heapFlags, processEnvironment } from "../../local/lambda/process-environment.ts";
import { type Cage, type CageSize, openCage } from "./cgroup.ts";
import { processNanos } from "./process-time.ts";

const PROFILER = fileURLToPath(new URL("profiler.mjs", import.meta.url));
const BOOTSTRAP = fileURLToPath(new URL("../../local/lambda/bootstrap.mjs", import.meta.url));
const REGION = "us-east-1";
const ACCOUNT = "000000000000";

/** What runs in a cage. */
export interface CagedFunctionOptions {
  readonly name: string;
  /** The bundle: one file that exports `handler`. */
  readonly code: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly size: CageSize;
  readonly timeoutSeconds: number;
  /** Lets `profiled` of profile.ts look at what takes the time. */
  readonly profiler?: boolean;
}

/** A function's process in a cage, run by the loop that stands for Lambda's runtime: one invocation at a time, JSON bytes in and out. */
export class CagedFunction {
  readonly cage: Cage;
  /** Lines that the function wrote. */
  readonly lines: string[] = [];
  readonly #options: CagedFunctionOptions;
  readonly #folder: string;
  readonly #process: ExecutionEnvironment;
  #count = 0;
  #peakMb = 0;

  constructor(options: CagedFunctionOptions) {
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
    writeFileSync(join(this.#folder, "index.mjs"), options.code);
    this.cage = openCage(`sluice-bench-${process.pid}-${options.name}`, options.size);
    const { memoryMb } = options.size;
    const flags = [...heapFlags(memoryMb), ...(options.profiler === true ? ["--import", PROFILER] : [])];
    const config = {
      name: options.name,
      files: {},
      handler: "index.handler",
      memoryMb,
      timeoutSeconds: options.timeoutSeconds,
      environment: options.environment,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/bench`,
      credentials: { accessKeyId: "bench", secretAccessKey: "bench", sessionToken: "bench" },
      logGroup: "bench",
    };
    const place = { region: REGION, accountId: ACCOUNT, taskRoot: this.#folder, logStream: "bench" };
    this.#process = new ExecutionEnvironment({
      clock: systemClock,
      command: this.cage.wrap([process.execPath, ...flags, BOOTSTRAP]),
      environment: processEnvironment(config, place, { SLUICE_PROFILE_FOLDER: this.#folder }),
      workingDirectory: this.#folder,
      memoryMb,
      onLine: (line) => this.lines.push(line),
    });
  }

  /** Invokes it with an event's JSON bytes. */
  async invoke(event: Buffer): Promise<Execution> {
    const id = String(this.#count++).padStart(12, "0");
    const arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${this.#options.name}`;
    const execution = await this.#process.invoke(id, arn, event, this.#options.timeoutSeconds);
    this.#peakMb = Math.max(this.#peakMb, execution.maxMemoryMb);
    return execution;
  }

  /** Its process. */
  get pid(): number {
    return this.#process.pid!;
  }

  /** A folder of its own, where its code is and its profiler answers. */
  get folder(): string {
    return this.#folder;
  }

  /** Highest resident memory so far, in MiB. */
  get peakMb(): number {
    return this.#peakMb;
  }

  /** Processor time so far, in nanoseconds. */
  processorNanos(): number {
    return this.cage.processorNanos() ?? processNanos(this.pid);
  }

  /** Ends the process at once. */
  kill(): void {
    this.#process.kill();
  }

  /** Ends the process and removes the cage. */
  async close(): Promise<void> {
    this.#process.kill();
    await this.#process.gone;
    this.cage.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
