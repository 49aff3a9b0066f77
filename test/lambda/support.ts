import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../contract/clock.ts";
import { LambdaRunner, type LambdaRunnerOptions } from "../../local/lambda/runner.ts";
import type { FunctionConfig, Invocation } from "../../local/lambda/types.ts";

/** A runner in a folder of its own, with what it reported. */
export class RunnerFixture {
  readonly directory = mkdtempSync(join(tmpdir(), "sluice-lambda-"));
  readonly invocations: Invocation[] = [];
  readonly runner: LambdaRunner;
  #ids = 0;

  constructor(overrides: Partial<LambdaRunnerOptions> = {}) {
    this.runner = new LambdaRunner({
      clock: systemClock,
      codeDirectory: join(this.directory, "code"),
      logDirectory: join(this.directory, "logs"),
      region: "us-east-1",
      accountId: "000000000000",
      endpoints: () => ({ AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9000" }),
      randomUuid: () => `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, "0")}`,
      onInvocation: (invocation) => this.invocations.push(invocation),
      ...overrides,
    });
  }

  /** Creates a function from the body of its module. */
  create(code: string, overrides: Partial<FunctionConfig> = {}): void {
    this.runner.createFunction(functionConfig(code, overrides));
  }

  invoke(event: unknown = {}, name = "tried", kinesisRecords = 1) {
    return this.runner.invoke(name, Buffer.from(JSON.stringify(event)), kinesisRecords);
  }

  log(name = "tried"): string[] {
    return readFileSync(join(this.directory, "logs", `${name}.log`), "utf8")
      .trimEnd()
      .split("\n");
  }

  async close(): Promise<void> {
    await this.runner.close();
    rmSync(this.directory, { recursive: true });
  }
}

export function functionConfig(code: string, overrides: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    name: "tried",
    files: { "index.mjs": code },
    handler: "index.handler",
    memoryMb: 256,
    timeoutSeconds: 10,
    environment: { DECLARED: "yes" },
    roleArn: "arn:aws:iam::000000000000:role/tried",
    credentials: { accessKeyId: "ASIATRIED", secretAccessKey: "secret", sessionToken: "token" },
    logGroup: "/aws/lambda/tried",
    ...overrides,
  };
}
