import { refusalLine } from "../../cli/preview/verdict.ts";
import { previewOf } from "../../preview/preview.ts";
import { BUCKET, STREAM, graph, resource } from "./support.ts";

const finding = {
  ...{
    rule: "r",
    severity: "mandatory" as const,
    resource: "log",
    message: "m",
    fix: "f",
    link: "https://example.com",
  },
};
const environment = (stack: string, type: string, before: object, after: object, findings = [finding]) => {
  const [one, other] = [before, after].map((inputs) => graph(resource(type, "log", { ...inputs })));
  return previewOf({ stack, before: { graph: one! }, after: { graph: other!, findings } });
};
const preview = {
  base: "main",
  head: "the change",
  environments: [
    environment("dev", STREAM, { name: "a" }, { name: "b" }, []),
    environment("production", STREAM, { shardCount: 4 }, { shardCount: 16 }, [finding, { ...finding, rule: "q" }]),
    environment("staging", BUCKET, { bucket: "a" }, { bucket: "b" }),
  ],
};

test("exit code 4 has its reason: what is violated, where, and how often", () => {
  expect(refusalLine(preview, "mandatory")).toBe(
    "sluice: refused by --fail-on mandatory: 2 violations of mandatory policies in production; 1 violation of mandatory policies in staging\n",
  );
  expect(refusalLine({ ...preview, engine: true, environments: [preview.environments[1]!] }, "mandatory")).toBe(
    "sluice: refused by --fail-on mandatory: 2 violations of mandatory policies in production; shards beyond ×½–×2 of those that there are in production\n",
  );
});

test("lost data is told from what protection stops, and refused for both", () => {
  const [dev, , staging] = preview.environments;
  expect(refusalLine({ ...preview, environments: [dev!] }, "data-loss")).toBe(
    "sluice: refused by --fail-on data-loss: data would be lost in dev\n",
  );
  const stopped = { ...staging!, policy: dev!.policy };
  expect(refusalLine({ ...preview, environments: [dev!, stopped] }, "data-loss")).toBe(
    "sluice: refused by --fail-on data-loss: data would be lost in dev; data would be lost in staging if nothing stopped the deployment\n",
  );
  expect(refusalLine({ ...preview, environments: [stopped] }, "data-loss")).toMatch(/staging if nothing stopped/);
});

test("what is not refused has no reason", () => {
  expect(refusalLine(preview, "none")).toBeUndefined();
  expect(refusalLine({ ...preview, environments: [preview.environments[0]!] }, "mandatory")).toBeUndefined();
  expect(refusalLine({ ...preview, environments: [] }, "data-loss")).toBeUndefined();
});
