import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import { ExecutionEnvironment, type Execution } from "./execution-environment.ts";
import { FunctionLog } from "./function-log.ts";
import { type RecordCounts, addCounts, recordCountsOf, reportLine } from "./log-lines.ts";
import { functionArn, heapFlags, processEnvironment } from "./process-environment.ts";
import type { FunctionConfig, FunctionMeter, FunctionUpdate, Invocation, InvokeResult } from "./types.ts";

export interface LambdaRunnerOptions {
  readonly clock: Clock;
  /** Folder for the functions' code. */
  readonly codeDirectory: string;
  /** Folder for `<function>.log`. */
  readonly logDirectory: string;
  readonly region: string;
  readonly accountId: string;
  /** Endpoint variables of the local cloud; asked whenever a process starts. */
  readonly endpoints: () => Readonly<Record<string, string>>;
  readonly randomUuid: () => string;
  /** Told of every finished invocation. */
  readonly onInvocation?: (invocation: Invocation) => void;
  /** Told of everything that becomes a metric. */
  readonly meter?: FunctionMeter;
  /** Concurrent executions of the account; Lambda's default is 1,000. */
  readonly accountConcurrency?: number;
  /** Node binary; default: the running one. */
  readonly node?: string;
}

/** A process, and what it was started from. */
interface Instance {
  readonly number: number;
  readonly environment: ExecutionEnvironment;
  /** Version of code and configuration. */
  readonly version: number;
  /** What the running invocation has counted. */
  counts: RecordCounts | undefined;
}

interface LambdaFunction {
  config: FunctionConfig;
  version: number;
  taskRoot: string;
  readonly log: FunctionLog;
  /** Warm processes, the one used last at the end. */
  readonly idle: Instance[];
  readonly all: Set<Instance>;
  running: number;
  nextInstance: number;
}

const BOOTSTRAP = join(import.meta.dirname, "bootstrap.mjs");

/**
 * Lambda on this machine: every concurrent execution of a function is a Node process of its own that runs the unmodified bundle. Processes
 * start when they are needed and are used again, the warmest first. Nothing runs any more once `close` has resolved.
 *
 *     runner.createFunction(config);
 *     const result = await runner.invoke(config.name, event, 100);
 */
export class LambdaRunner {
  readonly #options: LambdaRunnerOptions;
  readonly #functions = new Map<string, LambdaFunction>();
  #closed = false;

  constructor(options: LambdaRunnerOptions) {
    this.#options = options;
    mkdirSync(options.codeDirectory, { recursive: true });
    mkdirSync(options.logDirectory, { recursive: true });
  }

  /** Writes the bundle to disk; starts nothing yet. A second function of the same name is a RangeError. */
  createFunction(config: FunctionConfig): void {
    if (this.#functions.has(config.name)) throw new RangeError(`function ${config.name} exists already`);
    this.#functions.set(config.name, {
      config,
      version: 1,
      taskRoot: this.#writeCode(config, 1),
      log: new FunctionLog(join(this.#options.logDirectory, `${config.name}.log`)),
      idle: [],
      all: new Set(),
      running: 0,
      nextInstance: 1,
    });
  }

  arn(name: string): string {
    return functionArn(name, this.#options);
  }

  /** A function as it is now; `undefined` if there is none of that name. */
  configuration(name: string): FunctionConfig | undefined {
    return this.#functions.get(name)?.config;
  }

  /** ARN of the role that a function runs as. */
  roleArn(name: string): string {
    return this.#function(name).config.roleArn;
  }

  /** New code for the next invocations; those under way end with the old one. */
  updateCode(name: string, files: FunctionConfig["files"]): void {
    const found = this.#function(name);
    this.#replace(found, { ...found.config, files });
  }

  /** New settings for the next invocations; those under way end with the old ones. */
  updateConfiguration(name: string, update: FunctionUpdate): void {
    const found = this.#function(name);
    this.#replace(found, { ...found.config, ...update });
  }

  /** Ends the function's processes and forgets it. */
  async deleteFunction(name: string): Promise<void> {
    const found = this.#function(name);
    this.#functions.delete(name);
    await stop(found);
  }

  /** Calls the function with an event of JSON bytes. Never rejects for what the function does; an unknown function is a RangeError. */
  async invoke(name: string, event: Buffer, kinesisRecords: number): Promise<InvokeResult> {
    const found = this.#function(name);
    const { clock, meter } = this.#options;
    if (this.#closed) return { kind: "throttled" };
    if (!this.#hasConcurrency(found)) {
      meter?.throttled(name, clock.now());
      return { kind: "throttled" };
    }
    found.running++;
    meter?.started(name, { running: found.running, runningInAccount: this.#running() }, clock.now());
    const { config } = found;
    const requestId = this.#options.randomUuid();
    const instance = this.#takeInstance(found);
    found.log.write(`START RequestId: ${requestId} Version: $LATEST`);
    const execution = await instance.environment.invoke(requestId, this.arn(name), event, config.timeoutSeconds);
    found.running--;
    this.#giveBack(found, instance);
    if (this.#closed) return { kind: "throttled" };

    writeEnd(found.log, requestId, config, execution);
    const result = resultOf(requestId, execution);
    const invocation: Invocation = {
      functionName: name,
      requestId,
      instance: instance.number,
      startedAt: execution.startedAt,
      endedAt: execution.endedAt,
      outcome: outcomeOf(result),
      kinesisRecords,
      logRecords: instance.counts?.in ?? kinesisRecords,
      written: instance.counts?.written ?? 0,
      quarantined: instance.counts?.quarantined ?? 0,
      maxMemoryMb: execution.maxMemoryMb,
      ...(result.kind === "function-error" ? { error: result.error } : {}),
    };
    meter?.finished(invocation);
    this.#options.onInvocation?.(invocation);
    return result;
  }

  /** Ends every process at once; may be called at any time, and again. Invocations under way resolve as never made. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#functions.values()].map(stop));
  }

  #function(name: string): LambdaFunction {
    const found = this.#functions.get(name);
    if (found === undefined) throw new RangeError(`no function is named ${name}`);
    return found;
  }

  #writeCode(config: FunctionConfig, version: number): string {
    const taskRoot = join(this.#options.codeDirectory, config.name, String(version));
    mkdirSync(taskRoot, { recursive: true });
    for (const [file, text] of Object.entries(config.files)) writeFileSync(join(taskRoot, file), text);
    return taskRoot;
  }

  #replace(found: LambdaFunction, config: FunctionConfig): void {
    found.version++;
    if (config.files !== found.config.files) found.taskRoot = this.#writeCode(config, found.version);
    found.config = config;
    for (const instance of found.idle.splice(0)) instance.environment.kill();
  }

  /**
   * A function with reserved concurrency has that much; all others share what the reservations leave of the account's.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  #hasConcurrency(found: LambdaFunction): boolean {
    const { reservedConcurrency } = found.config;
    if (reservedConcurrency !== undefined) return found.running < reservedConcurrency;
    let left = this.#options.accountConcurrency ?? 1000;
    for (const { config, running } of this.#functions.values()) left -= config.reservedConcurrency ?? running;
    return left > 0;
  }

  /** Running executions of all functions. */
  #running(): number {
    let running = 0;
    for (const each of this.#functions.values()) running += each.running;
    return running;
  }

  #takeInstance(found: LambdaFunction): Instance {
    for (let warm = found.idle.pop(); warm !== undefined; warm = found.idle.pop()) {
      if (!warm.environment.alive) continue;
      warm.counts = undefined;
      return warm;
    }
    const { clock, node, endpoints, region, accountId, randomUuid } = this.#options;
    const { config, taskRoot } = found;
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll("-", "/");
    const logStream = `${day}/[$LATEST]${randomUuid().replaceAll("-", "")}`;
    const environment = new ExecutionEnvironment({
      clock,
      command: [node ?? process.execPath, ...heapFlags(config.memoryMb), BOOTSTRAP],
      environment: processEnvironment(config, { region, accountId, taskRoot, logStream }, endpoints()),
      workingDirectory: taskRoot,
      memoryMb: config.memoryMb,
      onLine: (line) => {
        found.log.write(line);
        this.#options.meter?.logged(line);
        instance.counts = addCounts(instance.counts, recordCountsOf(line));
      },
    });
    const instance: Instance = {
      number: found.nextInstance++,
      environment,
      version: found.version,
      counts: undefined,
    };
    found.all.add(instance);
    void environment.gone.then(() => found.all.delete(instance));
    return instance;
  }

  #giveBack(found: LambdaFunction, instance: Instance): void {
    if (!instance.environment.alive) return;
    if (this.#closed || instance.version !== found.version) instance.environment.kill();
    else found.idle.push(instance);
  }
}

async function stop(found: LambdaFunction): Promise<void> {
  const environments = [...found.all].map(({ environment }) => environment);
  for (const environment of environments) environment.kill();
  await Promise.all(environments.map(({ gone }) => gone));
  await found.log.close();
}

function resultOf(requestId: string, { response, error }: Execution): InvokeResult {
  if (error !== undefined) return { kind: "function-error", requestId, error };
  return { kind: "response", requestId, response: JSON.parse(response!.toString("utf8")) as unknown };
}

function outcomeOf(result: InvokeResult): Invocation["outcome"] {
  if (result.kind !== "response") return "error";
  const { response } = result;
  if (typeof response !== "object" || response === null || !("batchItemFailures" in response)) return "ok";
  const { batchItemFailures } = response;
  return Array.isArray(batchItemFailures) && batchItemFailures.length > 0 ? "partial" : "ok";
}

function writeEnd(log: FunctionLog, requestId: string, config: FunctionConfig, execution: Execution): void {
  const { startedAt, endedAt, error, timedOut, maxMemoryMb, initMs } = execution;
  const { memoryMb, timeoutSeconds } = config;
  if (timedOut) {
    const time = new Date(endedAt).toISOString();
    log.write(`${time} ${requestId} Task timed out after ${timeoutSeconds.toFixed(2)} seconds`);
  }
  log.write(`END RequestId: ${requestId}`);
  const durationMs = endedAt - startedAt;
  const status = timedOut ? "timeout" : error === undefined ? undefined : "error";
  log.write(reportLine({ requestId, durationMs, memoryMb, maxMemoryMb, initMs, status, errorType: error?.errorType }));
}
