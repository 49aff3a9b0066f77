import { readFile } from "node:fs/promises";
import { RunnerFixture } from "./support.ts";

let fixture: RunnerFixture;
beforeEach(() => {
  fixture = new RunnerFixture();
});
afterEach(() => fixture.close());

test("the handler gets the event and the context, and its answer comes back", async () => {
  fixture.create(`export const handler = async (event, context) => ({
    event,
    requestId: context.awsRequestId,
    functionName: context.functionName,
    memoryLimitInMB: context.memoryLimitInMB,
    arn: context.invokedFunctionArn,
    logGroup: context.logGroupName,
    inTime: context.getRemainingTimeInMillis() > 9000 && context.getRemainingTimeInMillis() <= 10000,
  });`);
  expect(await fixture.invoke({ text: "é" })).toEqual({
    kind: "response",
    requestId: "00000000-0000-4000-8000-000000000001",
    response: {
      event: { text: "é" },
      requestId: "00000000-0000-4000-8000-000000000001",
      functionName: "tried",
      memoryLimitInMB: "256",
      arn: "arn:aws:lambda:us-east-1:000000000000:function:tried",
      logGroup: "/aws/lambda/tried",
      inTime: true,
    },
  });
});

test("the process has the declared variables, Lambda's own and the endpoints, and nothing of this machine", async () => {
  fixture.create("export const handler = async () => process.env;");
  const result = await fixture.invoke();
  expect(result).toMatchObject({
    response: {
      DECLARED: "yes",
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9000",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "ASIATRIED",
      AWS_SESSION_TOKEN: "token",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      TZ: ":UTC",
    },
  });
  const names = Object.keys((result as { response: Record<string, string> }).response);
  expect(names).toHaveLength(19);
  expect(names).not.toContain("HOME");
});

test("an error names its type and message, stands in the log, and leaves the process usable", async () => {
  fixture.create(`let calls = 0;
  export const handler = async () => {
    calls++;
    if (calls === 1) throw new TypeError("no good");
    return calls;
  };`);
  expect(await fixture.invoke()).toMatchObject({
    kind: "function-error",
    error: { errorType: "TypeError", errorMessage: "no good" },
  });
  expect(await fixture.invoke()).toMatchObject({ kind: "response", response: 2 });
  expect(fixture.invocations.map(({ instance, outcome, error }) => [instance, outcome, error?.errorType])).toEqual([
    [1, "error", "TypeError"],
    [1, "ok", undefined],
  ]);
});

test("an invocation over its time is ended and called a time-out", async () => {
  fixture.create("export const handler = () => { for (;;); };", { timeoutSeconds: 1 });
  expect(await fixture.invoke()).toMatchObject({
    kind: "function-error",
    error: {
      errorType: "Sandbox.Timedout",
      errorMessage: "RequestId: 00000000-0000-4000-8000-000000000001 Error: Task timed out after 1.00 seconds",
    },
  });
  await fixture.runner.close();
  const log = fixture.log();
  expect(log[1]).toMatch(/^\S+Z 00000000-0000-4000-8000-000000000001 Task timed out after 1\.00 seconds$/);
  expect(log.at(-1)).toMatch(/Status: timeout$/);
});

test.each([
  ["exit", "process.exit(3)", "Runtime.ExitError", / Error: Runtime exited with error: exit status 3$/],
  [
    "exit without a reason",
    "process.exit(0)",
    "Runtime.ExitError",
    / Error: Runtime exited without providing a reason$/,
  ],
  ["abort", "process.kill(process.pid, 'SIGKILL')", "Runtime.ExitError", /error: signal: SIGKILL$/],
  ["unhandled rejection", "Promise.reject(new Error('lost'))", "Runtime.UnhandledPromiseRejection", /^Error: lost$/],
  ["uncaught exception", "setImmediate(() => { throw new RangeError('later') })", "RangeError", /^later$/],
])("an %s fails the invocation, and the next one has a new process", async (_, statement, errorType, errorMessage) => {
  fixture.create(`export const handler = async (event) => {
    if (event.crash) { ${statement}; await new Promise(() => {}); }
    return "well";
  };`);
  expect(await fixture.invoke({ crash: true })).toMatchObject({
    kind: "function-error",
    error: { errorType, errorMessage: expect.stringMatching(errorMessage) as string },
  });
  expect(await fixture.invoke()).toMatchObject({ response: "well" });
  expect(fixture.invocations.map(({ instance }) => instance)).toEqual([1, 2]);
});

test("memory above the declared size ends the process", async () => {
  fixture.create(
    `export const handler = async () => {
      const kept = [];
      for (;;) {
        kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };`,
    { memoryMb: 128 },
  );
  expect(await fixture.invoke()).toMatchObject({ error: { errorType: "Runtime.OutOfMemory" } });
  expect(fixture.invocations[0]!.maxMemoryMb).toBeGreaterThan(128);
});

test.each([
  ["a missing file", { "other.mjs": "" }, "Runtime.ImportModuleError"],
  ["a missing export", { "index.mjs": "export const other = 1;" }, "Runtime.HandlerNotFound"],
  ["a syntax error", { "index.mjs": "export const handler = ;" }, "SyntaxError"],
])("%s fails each invocation", async (_, files, errorType) => {
  fixture.create("", { files });
  expect(await fixture.invoke()).toMatchObject({ kind: "function-error", error: { errorType } });
});

test("the log has START, the function's lines, END and REPORT, in this order", async () => {
  fixture.create(`export const handler = async () => {
    console.log("said %d", 1);
    process.stdout.write("raw\\n");
    process.stderr.write("no line end");
  };`);
  await fixture.invoke();
  await fixture.runner.close();
  const [start, ...rest] = fixture.log();
  expect(start).toBe("START RequestId: 00000000-0000-4000-8000-000000000001 Version: $LATEST");
  expect(rest.at(-2)).toBe("END RequestId: 00000000-0000-4000-8000-000000000001");
  expect(rest.at(-1)).toMatch(
    /^REPORT RequestId: 00000000-0000-4000-8000-000000000001\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms$/,
  );
  const said = rest.slice(0, -2);
  expect(said).toContain("raw");
  expect(said).toContain("no line end");
  expect(said.some((line) => /^\S+Z\t00000000-0000-4000-8000-000000000001\tINFO\tsaid 1$/.test(line))).toBe(true);
});

test("log records are those of the structured log line, Kinesis records without one; a partial answer is told apart", async () => {
  fixture.create(`export const handler = async ({ counted, failures }) => {
    if (counted !== undefined) console.log(JSON.stringify({ _aws: { CloudWatchMetrics: [] }, RecordsIn: counted }));
    return { batchItemFailures: failures };
  };`);
  await fixture.invoke({ counted: 42, failures: [] }, "tried", 7);
  await fixture.invoke({ failures: [{ itemIdentifier: "1" }] }, "tried", 7);
  expect(
    fixture.invocations.map(({ outcome, kinesisRecords, logRecords }) => [outcome, kinesisRecords, logRecords]),
  ).toEqual([
    ["ok", 7, 42],
    ["partial", 7, 7],
  ]);
  expect(fixture.invocations[0]!.maxMemoryMb).toBeGreaterThan(20);
});

test("concurrent invocations have a process each, the warmest is used again, and the reservation is the limit", async () => {
  fixture.create(
    "export const handler = ({ ms }) => new Promise((resolve) => setTimeout(() => resolve(process.pid), ms));",
    { reservedConcurrency: 2 },
  );
  const results = await Promise.all([
    fixture.invoke({ ms: 200 }),
    fixture.invoke({ ms: 20 }),
    fixture.invoke({ ms: 0 }),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(["response", "response", "throttled"]);
  await fixture.invoke({ ms: 0 });
  const [first, second, third] = fixture.invocations.map(({ instance }) => instance);
  expect([first, second].sort()).toEqual([1, 2]);
  // In order of their ends: the one that ended last is the warmest, whichever it was.
  expect(third).toBe(second);
});

test("functions without a reservation share what the reservations leave", async () => {
  await fixture.close();
  fixture = new RunnerFixture({ accountConcurrency: 3 });
  const code = "export const handler = () => new Promise((resolve) => setTimeout(resolve, 50));";
  fixture.create(code, { name: "reserved", reservedConcurrency: 2 });
  fixture.create(code, { name: "first" });
  fixture.create(code, { name: "second" });
  const names = ["first", "second", "reserved", "reserved"];
  const results = await Promise.all(names.map((name) => fixture.invoke({}, name)));
  expect(results.map(({ kind }) => kind)).toEqual(["response", "throttled", "response", "response"]);
});

test("new code and settings are for the next invocation", async () => {
  fixture.create("export const handler = async () => 'old';");
  expect(await fixture.invoke()).toMatchObject({ response: "old" });
  fixture.runner.updateCode("tried", {
    "index.mjs": "export const handler = async () => 'new ' + process.env.DECLARED;",
  });
  fixture.runner.updateConfiguration("tried", { environment: { DECLARED: "changed" } });
  expect(await fixture.invoke()).toMatchObject({ response: "new changed" });
});

test("closing ends what is running, and no process is left", async () => {
  fixture.create(
    "import { writeFileSync } from 'node:fs'; export const handler = (path) => { writeFileSync(path, String(process.pid)); for (;;); };",
  );
  const path = `${fixture.directory}/pid`;
  const running = fixture.invoke(path);
  const pid = await appearing(path);
  await fixture.runner.close();
  expect(await running).toEqual({ kind: "throttled" });
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(fixture.invocations).toEqual([]);
});

/** The number in a file that another process is about to write. */
async function appearing(path: string): Promise<number> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const text = await readFile(path, "utf8").catch(() => "");
    if (text !== "") return Number(text);
  }
}
