// Runs inside a function's process, where Lambda's Node.js runtime would be: loads the handler, then takes one event after the other
// from file descriptor 3 and answers there. Plain JavaScript, so that stripping types takes no memory from the function.
// A frame is: length of the head, length of the body (both 4 bytes, big endian), head (JSON), body (JSON bytes, may be empty).
import { Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const environment = process.env;
const LENGTHS_BYTES = 8;
let frame = Buffer.allocUnsafeSlow(1 << 20);
let current;

// Whoever stops the parent from a terminal signals its children too; they end when the parent says so, or is gone.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const LEVELS = { log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", debug: "DEBUG", trace: "TRACE" };
for (const [method, level] of Object.entries(LEVELS)) {
  console[method] = (...parts) => {
    const line = `${new Date().toISOString()}\t${current ?? ""}\t${level}\t${format(...parts)}\n`;
    process.stdout.write(line);
  };
}

process.on("unhandledRejection", (reason) => crash("Runtime.UnhandledPromiseRejection", reason, 128));
process.on("uncaughtException", (error) => crash(undefined, error, 129));

const channel = openChannel();
const loadFrom = process.uptime();
const handle = await loadHandler();
send({ kind: "ready", loadMs: 1000 * (process.uptime() - loadFrom) });

async function loadHandler() {
  const [file, name] = environment._HANDLER.split(".");
  let loaded;
  try {
    loaded = await import(pathToFileURL(join(environment.LAMBDA_TASK_ROOT, `${file}.mjs`)).href);
  } catch (error) {
    const missing = error?.code === "ERR_MODULE_NOT_FOUND";
    crash(missing ? "Runtime.ImportModuleError" : undefined, error, 1);
    return new Promise(() => {});
  }
  if (typeof loaded[name] === "function") return loaded[name];
  crash("Runtime.HandlerNotFound", new Error(`${environment._HANDLER} is undefined or not exported`), 1);
  return new Promise(() => {});
}

/** Reads into a buffer that is kept: Lambda's own client takes an event from its connection outside of JavaScript, once. */
function openChannel() {
  let size = 0;
  const opened = new Socket({
    fd: 3,
    onread: {
      buffer: () => frame.subarray(size),
      callback(read) {
        size += read;
        if (size < LENGTHS_BYTES) return true;
        const bodyStart = LENGTHS_BYTES + frame.readUInt32BE(0);
        const end = bodyStart + frame.readUInt32BE(4);
        reserveFrame(end, size);
        // One invocation at a time: a second frame never follows before the answer.
        if (size < end) return true;
        size = 0;
        void invoke(JSON.parse(frame.toString("utf8", LENGTHS_BYTES, bodyStart)), bodyStart, end);
        return true;
      },
    },
  });
  opened.on("error", () => process.exit(0));
  opened.on("close", () => process.exit(0));
  return opened;
}

/** Makes room for a frame of so many bytes, of which some are there, and for one more: a read into no room ends the channel. */
function reserveFrame(bytes, used) {
  if (bytes < frame.length) return;
  const larger = Buffer.allocUnsafeSlow(bytes + 1);
  frame.copy(larger, 0, 0, used);
  frame = larger;
}

async function invoke({ requestId, deadlineMs, functionArn }, bodyStart, bodyEnd) {
  current = requestId;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: functionArn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
  let answer;
  try {
    const response = await handle(JSON.parse(frame.toString("utf8", bodyStart, bodyEnd)), context);
    answer = Buffer.from(response === undefined ? "null" : JSON.stringify(response));
  } catch (error) {
    const described = describe(undefined, error);
    console.error("Invoke Error", `\t${JSON.stringify(described)}`);
    await flush(requestId);
    send({ kind: "error", requestId, memoryKb: peakMemoryKb(), error: brief(described) });
    current = undefined;
    return;
  }
  await flush(requestId);
  send({ kind: "response", requestId, memoryKb: peakMemoryKb() }, answer);
  current = undefined;
}

/** Marks the end of an invocation in both outputs, behind everything that the handler wrote. */
function flush(requestId) {
  const mark = `\u0000${requestId}\n`;
  return Promise.all([process.stdout, process.stderr].map((out) => new Promise((done) => out.write(mark, done))));
}

function describe(errorType, thrown) {
  const error = thrown instanceof Error ? thrown : new Error(typeof thrown === "string" ? thrown : format(thrown));
  const stack = String(error.stack ?? "").split("\n");
  return {
    errorType: errorType ?? error.name,
    errorMessage: errorType === undefined ? error.message : String(error),
    stack,
  };
}

function brief({ errorType, errorMessage }) {
  return { errorType, errorMessage };
}

function crash(errorType, thrown, exitCode) {
  const described = describe(errorType, thrown);
  process.stderr.write(
    `${new Date().toISOString()}\t${current ?? ""}\tERROR\tUncaught Exception\t${JSON.stringify(described)}\n`,
  );
  send({ kind: "crash", memoryKb: peakMemoryKb(), error: brief(described) }, undefined, () => process.exit(exitCode));
}

/** For systems without /proc, where the parent cannot look. (On Linux this figure may be the parent's own: it survives exec.) */
function peakMemoryKb() {
  return process.platform === "linux" ? 0 : process.resourceUsage().maxRSS;
}

function send(head, body = Buffer.alloc(0), written = undefined) {
  const text = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  channel.write(Buffer.concat([lengths, text, body]), written);
}
