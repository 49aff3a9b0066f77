import { ownerTag } from "../../../infra/tags.ts";
import type { Grant } from "../../../infra/stack-config.ts";
import { physicalNames } from "../invariants/names.ts";
import { settingOf } from "../support/render-graph.ts";
import { declared, graphOf } from "../support/stacks.ts";

/** Every stack in the accounts of `dev`. */
async function inOneAccount() {
  const dev = await declared("dev");
  const { aws, google } = dev.config;
  const overrides = {
    ...{ "aws.accountId": aws.accountId, "aws.region": aws.region },
    ...{ "google.projectId": google.projectId, "google.projectNumber": google.projectNumber },
  };
  return [
    dev,
    ...(await Promise.all(["staging", "production"].map((stack) => graphOf(stack, { configOverrides: overrides })))),
  ];
}

/** Several stacks of one account, and whose cost each resource is. */
export function describeStacks(): void {
  test("no two stacks of an account have a name in common", async () => {
    const names = (await inOneAccount()).map(({ graph }) => physicalNames(graph));
    const all = names.flat();
    expect(names.map(({ length }) => length > 40)).toEqual([true, true, true]);
    expect(new Set(all).size).toBe(all.length);
  });

  test("the archive's bucket and the warehouse's dataset and tables are their backend's, all else that no backend has is shared", async () => {
    const { graph } = await declared("production");
    const providers = graph.resources.filter(({ type }) => type.startsWith("pulumi:providers:"));
    expect(providers.map(({ inputs }) => settingOf(inputs["defaultTags"] ?? inputs["defaultLabels"]))).toEqual([
      { tags: { project: "sluice", environment: "production", backend: "shared" } },
      { project: "sluice", environment: "production", backend: "shared" },
    ]);
    const storage = graph.resources.filter(({ type }) =>
      /^(?:aws:s3\/bucket:|gcp:bigquery\/(?:dataset|table):)/.test(type),
    );
    const owners = storage.map(({ name, inputs }) => [name, (inputs["tags"] ?? inputs["labels"]) as unknown]);
    expect(Object.fromEntries(owners)).toEqual({
      "dead-letter-bucket": undefined,
      "archive-data-bucket": { backend: "archive" },
      ...Object.fromEntries(
        ["dataset", "recent", ..."0123456789abcdef"].map((part) => [
          `warehouse-data-${part}`,
          { backend: "warehouse" },
        ]),
      ),
    });
  });

  test("what two backends write to is neither's own", () => {
    const grant: Grant = "archive-bucket-write";
    const backend = (name: string, grants: readonly Grant[]) =>
      ({ name, grants }) as Parameters<typeof ownerTag>[0]["backends"][number];
    expect(ownerTag({ backends: [backend("a", [grant]), backend("b", [])] }, grant)).toEqual({ backend: "a" });
    expect(ownerTag({ backends: [backend("a", [grant]), backend("b", [grant])] }, grant)).toEqual({});
    expect(ownerTag({ backends: [] }, grant)).toEqual({});
  });
}
