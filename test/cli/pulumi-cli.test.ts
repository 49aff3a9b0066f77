import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CommandError } from "../../cli/errors.ts";
import { cliBuild } from "../../cli/pulumi/build-cli.ts";
import { enginePath, engineVariables, shellQuoted } from "../../cli/pulumi/engine-folder.ts";
import { findCli, findOrBuildCli } from "../../cli/pulumi/find-cli.ts";
import { shellEnvironment } from "../../cli/local/env-command.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-pulumi-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An empty file of this name in a folder of its own. */
function program(directory: string, name: string): string {
  const path = join(folder, directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  return path;
}

test("without pulumi and without Go it is said what is needed", async () => {
  await expect(findOrBuildCli({ PATH: folder, XDG_CACHE_HOME: folder }, () => undefined)).rejects.toEqual(
    new CommandError("Pulumi's engine is needed, and neither pulumi nor go is on PATH"),
  );
});

test("the CLI on PATH goes before the one that was kept", () => {
  const { binary } = cliBuild(join(folder, "caches", "sluice"));
  const kept = program(binary.slice(folder.length, binary.lastIndexOf("/")), "pulumi");
  const environment = { XDG_CACHE_HOME: join(folder, "caches") };
  expect(findCli({ ...environment, PATH: "" })).toEqual({ path: kept, hasLanguageHost: false });
  const found = program("bare", "pulumi");
  expect(findCli({ ...environment, PATH: dirname(found) })).toEqual({ path: found, hasLanguageHost: false });
  const whole = program("whole", "pulumi");
  program("whole", "pulumi-language-nodejs");
  expect(findCli({ ...environment, PATH: dirname(whole) })).toEqual({ path: whole, hasLanguageHost: true });
});

test("the modules that are built are pinned", () => {
  expect(cliBuild("/cache")).toEqual({
    version: "3.250.0",
    directory: expect.stringMatching(/^\/cache\/pulumi-3\.250\.0-[0-9a-f]{12}$/),
    binary: expect.stringMatching(/\/pulumi$/),
  });
});

test("the variables keep the CLI in the run's folder and offline; a language host comes with a CLI that has none", () => {
  expect(engineVariables("/run", "aws:1,gcp:2")).toEqual({
    PULUMI_DEBUG_PROVIDERS: "aws:1,gcp:2",
    PULUMI_BACKEND_URL: "file:///run/pulumi",
    PULUMI_CONFIG_PASSPHRASE: "local",
    PULUMI_HOME: "/run/pulumi/home",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
  const node = dirname(process.execPath);
  expect(enginePath(folder, { path: "/here/pulumi", hasLanguageHost: true }, "/bin")).toBe(`/here:${node}:/bin`);
  expect(enginePath(folder, { path: "/here/pulumi", hasLanguageHost: false }, "/bin")).toBe(
    `/here:${join(folder, "pulumi", "bin")}:${node}:/bin`,
  );
  expect(enginePath(folder, undefined, "/bin")).toBe(`${node}:/bin`);
});

test("a path is one word of the shell whatever is in it", () => {
  expect(shellQuoted("/a b/it's")).toBe("'/a b/it'\\''s'");
});

test("sluice local env names a run that is not there, or serves no engine", async () => {
  const none = join(folder, "none");
  await expect(shellEnvironment(none, {})).rejects.toThrow(`${none} holds no run`);
  const ended = join(folder, "ended");
  mkdirSync(ended);
  const at = "http://127.0.0.1:9";
  const endpoints = { kinesis: at, s3: at, bigquery: at, bigqueryStorage: "127.0.0.1:9" };
  writeFileSync(join(ended, "endpoints.json"), JSON.stringify(endpoints));
  await expect(shellEnvironment(ended, {})).rejects.toThrow(`run ${ended} does not serve Pulumi's engine`);
  writeFileSync(join(ended, "endpoints.json"), JSON.stringify({ ...endpoints, pulumiProviders: "aws:9,gcp:9" }));
  await expect(shellEnvironment(ended, {})).rejects.toThrow(`run ${ended} has ended`);
});
