// The language host that Pulumi's engine runs this program through, for a CLI that was built from Go modules: those come without one.
// The ordinary CLI brings its own. https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { setInterval } from "node:timers";

const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb.js");
const messages = require("@pulumi/pulumi/proto/language_pb.js");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb.js");
const RUNNER = require.resolve("@pulumi/pulumi/cmd/run/index.js");
const POLICY_RUNNER = require.resolve("@pulumi/pulumi/cmd/run-policy-pack/index.js");

/** Exit code of the SDK's runner after it has told the engine what is wrong. */
const ALREADY_SAID = 32;

/** Where programs report to; the engine gives it as the last argument, and again in the handshake. */
let engineAddress = process.argv.at(-1) ?? "";

const unary = (answer) => (call, callback) => {
  Promise.resolve(call.request)
    .then(answer)
    .then(
      (response) => callback(null, response),
      (error) => callback({ code: grpc.status.UNKNOWN, details: String(error) }),
    );
};

/** Runs the program on this Node, and answers when it has ended. */
function run(request) {
  const options = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    "root-directory": request.getInfo().getRootDirectory(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const args = Object.entries(options).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value]));
  if (request.getDryrun()) args.push("--dry-run");
  const entry = request.getInfo().getEntryPoint();
  const child = spawn(process.execPath, [RUNNER, ...args, entry, ...request.getArgsList()], {
    cwd: request.getPwd(),
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  });
  children.add(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      children.delete(child);
      const response = new messages.RunResponse();
      if (code === ALREADY_SAID) response.setBail(true);
      else if (code !== 0) response.setError(`the program ended with ${signal ?? `exit code ${code}`}`);
      resolve(response);
    });
  });
}

/** Runs a policy pack on this Node; what it prints goes to the engine, which reads the port of its server there. */
function runPlugin(call) {
  const { request } = call;
  const say = (set) => (bytes) => call.write(set(new messages.RunPluginResponse(), bytes));
  const fail = (details) => call.destroy(Object.assign(new Error(details), { code: grpc.status.UNKNOWN, details }));
  if (request.getKind() !== "analyzer") return fail(`plugins of the kind ${request.getKind()} are not run here`);
  const program = request.getInfo()?.getProgramDirectory() || request.getProgram();
  const child = spawn(process.execPath, [POLICY_RUNNER, ...request.getArgsList(), program], {
    cwd: request.getPwd(),
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...Object.fromEntries(request.getEnvList().map((pair) => pair.split(/=(.*)/s))) },
  });
  children.add(child);
  child.stdout.on(
    "data",
    say((answer, bytes) => answer.setStdout(bytes)),
  );
  child.stderr.on(
    "data",
    say((answer, bytes) => answer.setStderr(bytes)),
  );
  call.on("cancelled", () => child.kill());
  child.on("error", ({ message }) => fail(message));
  child.on("close", (code) => {
    children.delete(child);
    say((answer) => answer.setExitcode(code ?? 1))();
    call.end();
  });
}

const children = new Set();
/** How often it is looked whether the engine is still there. */
const PARENT_CHECK_MS = 250;

const endChildren = () => {
  for (const child of children) child.kill();
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(LanguageRuntimeService, {
  handshake: unary((request) => {
    engineAddress = request.getEngineAddress();
    return new messages.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => new PluginInfo().setVersion("0.0.0")),
  about: unary(() => new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  // None: which providers there are is said by PULUMI_DEBUG_PROVIDERS.
  getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
  // The lock file is npm's business.
  installDependencies: (call) => call.end(),
  run: unary(run),
  runPlugin,
  cancel: unary(() => {
    endChildren();
    return new Empty();
  }),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port}\n`);
});
process.on("exit", endChildren);
// An engine that is killed tells nobody.
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit();
}, PARENT_CHECK_MS).unref();
