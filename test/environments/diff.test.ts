import * as fc from "fast-check";
import { environmentDifference } from "../../cli/environments/difference.ts";
import { diffEnvironments } from "../../cli/environments/env-command.ts";
import { type Environment, projectAt, resolveEnvironment } from "../../cli/environments/read-environment.ts";
import { settingsOf } from "../../cli/environments/settings.ts";
import { settings } from "../../infra/config/table.ts";
import { sluiceHere } from "../support/run-sluice.ts";
import { Printed, ScratchProject, stackText } from "./support.ts";

const scratch = new ScratchProject();
afterAll(() => scratch.remove());

function environment(name: string, more = ""): Environment {
  return resolveEnvironment(projectAt(scratch.root), name, stackText(more));
}

describe("sluice env diff", () => {
  test("shows what differs by the names of the stack file, defaults marked", () => {
    const printed = new Printed();
    diffEnvironments(scratch.root, "staging", "production", false, printed);
    const rows = printed.text
      .split("\n")
      .filter((line) => line.startsWith("│"))
      .map((line) =>
        line
          .split("│")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows[0]).toEqual(["setting", "staging", "production"]);
    expect(rows).toContainEqual(["stream.shardCount", "2", "8"]);
    expect(rows).toContainEqual(["logRetentionDays", "30 (default)", "90"]);
    expect(rows).toContainEqual(["archive.glacierAfterDays", "never (default)", "180"]);
    expect(rows).toContainEqual(["archive.infrequentAccessAfterDays", "never", "30"]);
    expect(rows).toContainEqual(["alarms.timeToDataLossHours", "66 (default)", "90 (default)"]);
    expect(printed.text).toContain(`${rows.length - 1} settings differ`);
  });

  test("ends well whether they differ or not, and says so in JSON", async () => {
    const { code, out } = await sluiceHere("env", "diff", "staging", "staging", "--json");
    const { differences, same } = JSON.parse(out) as { differences: unknown[]; same: number };
    expect([code, differences]).toEqual([0, []]);
    expect(same).toBeGreaterThan(50);
    expect((await sluiceHere("env", "diff", "staging", "production", "--json")).code).toBe(0);
    expect(await sluiceHere("env", "diff", "staging", "nowhere")).toEqual({
      ...{ code: 2, out: "" },
      err: "sluice: there is no stack nowhere; there are dev, local, production, staging\n",
    });
  });

  test("a default that is written out is no difference; a backend that one has alone is", () => {
    expect(
      environmentDifference(environment("one"), environment("one", "  sluice:logRetentionDays: 30\n")).differences,
    ).toEqual([]);
    const alone = environment("two").config.backends[0]!;
    const without = { ...environment("two"), config: { ...environment("two").config, backends: [alone] } };
    const paths = environmentDifference(environment("two"), without).differences;
    expect(
      paths.every(
        ({ path, from, to }) => /^backends\.warehouse\./.test(path) && from !== undefined && to === undefined,
      ),
    ).toBe(true);
    expect(paths.map(({ path }) => path)).toContain("backends.warehouse.memoryMb");
  });

  test("nothing that is encrypted or hidden is shown, whatever differs", () => {
    const secret = (mail: string, team: string) =>
      `  sluice:alarms: { email: ${mail} }\n  sluice:tags: { team: ${team} }\nencryptionsalt: v1:x\n`;
    const from = environment("one", secret("{ secure: v1:cipherone }", "a"));
    const to = environment("one", secret("{ secure: v1:ciphertwo }", "b"));
    const plain = environment("one", secret("ops@example.com", "a"));
    expect(environmentDifference(from, to)).toMatchObject({
      differences: [{ path: "tags.team", from: { text: "a" }, to: { text: "b" } }],
      notCompared: ["alarms.email"],
    });
    expect(environmentDifference(from, plain).differences).toMatchObject([
      { path: "alarms.email", from: { text: "(encrypted)", masked: "encrypted" }, to: { text: "ops@example.com" } },
    ]);
  });

  test("a variable of a backend is hidden, encrypted or not, and its JSON has no value", () => {
    const withToken = (name: string, value: string) =>
      scratch.write(
        name,
        stackText().replace(
          "grants: [archive-bucket-write]",
          `grants: [archive-bucket-write]\n      environment: { TOKEN: ${value} }`,
        ),
      );
    withToken("one", "sesame-one");
    withToken("two", "sesame-two");
    withToken("three", "{ secure: v1:sesame }");
    const [text, json] = [new Printed(), new Printed()];
    diffEnvironments(scratch.root, "one", "two", false, text);
    diffEnvironments(scratch.root, "one", "three", true, json);
    expect(text.text).toMatch(/backends\.archive\.environment\.TOKEN +│ \(hidden\) +│ \(hidden\)/);
    const { differences } = JSON.parse(json.text) as { differences: { setting: string }[] };
    expect(differences.find(({ setting }) => setting.endsWith("TOKEN"))).toEqual({
      setting: "backends.archive.environment.TOKEN",
      from: { masked: "hidden", default: false },
      to: { masked: "encrypted", default: false },
    });
    expect(`${text.text}${json.text}`).not.toContain("sesame");
  });

  test("every setting of docs/configuration.md is compared, but the version of the file's own format", () => {
    const more = `  sluice:tags: { team: data }
  sluice:load: { recordsPerSecond: 5 }
  sluice:autoscaling: { minShards: 2, maxShards: 16 }
  sluice:forwarder: { subnetIds: [subnet-0123456789abcdef0], securityGroupIds: [sg-0123456789abcdef0] }
`;
    const paths = settingsOf(environment("one", more)).map(({ path }) =>
      path.replace(/^backends\.(archive|warehouse)/, "backends.<name>"),
    );
    const compared = new Set(paths.map((path) => path.replace(/^tags\..*/, "tags")));
    const sections = ["configVersion", "backends", "forwarder", "autoscaling", "load", "backends.<name>.environment"];
    expect(
      settings()
        .map(({ key }) => key)
        .filter((key) => !compared.has(key) && !sections.includes(key)),
    ).toEqual([]);
  });

  test("an environment never differs from itself, and a difference read backwards is the same one", () => {
    const more = fc
      .record(
        {
          shardCount: fc.integer({ min: 1, max: 9 }),
          days: fc.constantFrom(7, 30, 90),
          recentDays: fc.integer({ min: 1, max: 9 }),
        },
        { requiredKeys: [] },
      )
      .map(({ shardCount, days, recentDays }) =>
        [
          shardCount === undefined ? "" : `  sluice:stream: { shardCount: ${shardCount} }\n`,
          days === undefined ? "" : `  sluice:logRetentionDays: ${days}\n`,
          recentDays === undefined ? "" : `  sluice:warehouse: { recentDays: ${recentDays} }\n`,
        ].join(""),
      );
    fc.assert(
      fc.property(more, more, (one, other) => {
        const [from, to] = [environment("one", one), environment("one", other)];
        expect(environmentDifference(from, from).differences).toEqual([]);
        const [forth, back] = [environmentDifference(from, to), environmentDifference(to, from)];
        expect(back.differences).toEqual(forth.differences.map(({ path, from, to }) => ({ path, from: to, to: from })));
      }),
      { numRuns: 25 },
    );
  });
});
