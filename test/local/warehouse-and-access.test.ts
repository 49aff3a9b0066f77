/** BigQuery and Google IAM resources: made, changed, read and deleted on a running cloud. */
import type { LocalCloud } from "../../local/cloud.ts";
import type { Services } from "../../local/services.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { Resource, openCloud, runFolder } from "./support.ts";

const DATASET = "gcp:bigquery/dataset:Dataset";
const TABLE = "gcp:bigquery/table:Table";
const ROUTINE = "gcp:bigquery/routine:Routine";
const PROJECT = "sluice-local";

const directory = runFolder();
const clock = new ManualClock();
let cloud: LocalCloud;
let services: Services;

beforeAll(async () => {
  cloud = await openCloud(directory, clock);
  services = cloud.services;
});
afterAll(() => cloud.close());

const COLUMNS = [
  { name: "event_time", type: "TIMESTAMP", mode: "REQUIRED" },
  { name: "player_id", type: "STRING", mode: "REQUIRED", description: "32 hexadecimal characters." },
];

function tableInputs(datasetId: string, tableId: string) {
  return {
    project: PROJECT,
    datasetId,
    tableId,
    schema: JSON.stringify(COLUMNS),
    timePartitioning: { type: "DAY", field: "event_time" },
    requirePartitionFilter: true,
    clusterings: ["player_id"],
    description: "Log.",
    deletionProtection: false,
  };
}

/** What the warehouse knows of a table: its declaration without what is the provider's own. */
function known({ deletionProtection, ...inputs }: ReturnType<typeof tableInputs>) {
  expect(deletionProtection).toBe(false);
  return inputs;
}

describe("a dataset", () => {
  test("has its settings changed in place, and with tables is deleted only under deleteContentsOnDestroy", async () => {
    const inputs = { project: PROJECT, datasetId: "d1", location: "US" };
    const dataset = await Resource.create(services, DATASET, inputs);
    expect(dataset.read()).toEqual(inputs);
    const settings = { description: "Log.", labels: { team: "log" }, defaultPartitionExpirationMs: 86_400_000 };
    await dataset.update(settings);
    expect(dataset.read()).toEqual({ ...inputs, ...settings });
    await dataset.update({ description: undefined, labels: undefined, defaultPartitionExpirationMs: undefined });
    expect(dataset.read()).toEqual(inputs);
    await expect(dataset.update({ location: "EU" })).rejects.toThrow(new Error("location cannot change in place"));

    const table = await Resource.create(services, TABLE, tableInputs("d1", "log"));
    await expect(dataset.delete()).rejects.toThrow("Dataset sluice-local:d1 is still in use");
    await dataset.update({ deleteContentsOnDestroy: true });
    await dataset.delete();
    expect([dataset.read(), table.read()]).toEqual([undefined, undefined]);
    await dataset.delete();
    await table.delete();
  });
});

describe("in a dataset", () => {
  let dataset: Resource;
  beforeAll(async () => {
    dataset = await Resource.create(services, DATASET, {
      ...{ project: PROJECT, datasetId: "d2", location: "US", defaultPartitionExpirationMs: 86_400_000 },
      deleteContentsOnDestroy: true,
    });
  });
  afterAll(() => dataset.delete());

  test("a table gets a new column and other settings in place, and keeps its rows and its dataset's expiry", async () => {
    const inputs = tableInputs("d2", "log");
    const table = await Resource.create(services, TABLE, inputs);
    const inherited = { ...inputs.timePartitioning, expirationMs: 86_400_000 };
    expect(table.read()).toEqual({ ...known(inputs), timePartitioning: inherited });
    const name = { project: PROJECT, dataset: "d2", name: "log" };
    const micros = BigInt(clock.now()) * 1000n;
    await services.warehouse.appendRows(services.warehouse.catalog.table(name), [[micros, "a"]]);

    const schema = JSON.stringify([...COLUMNS, { name: "log", type: "JSON", mode: "NULLABLE" }]);
    const changes = { schema, description: "Player log.", labels: { team: "log" }, clusterings: undefined };
    await table.update({ ...changes, requirePartitionFilter: undefined });
    const { clusterings: _, requirePartitionFilter: __, ...rest } = known(inputs);
    const { clusterings: ___, ...changed } = changes;
    expect(table.read()).toEqual({ ...rest, ...changed, timePartitioning: inherited });
    await services.warehouse.appendRows(services.warehouse.catalog.table(name), [[micros, "b", `{"level":7}`]]);
    const { rows } = await services.warehouse.query("SELECT player_id, log FROM d2.log ORDER BY player_id");
    expect(rows).toEqual([
      ["a", null],
      ["b", `{"level":7}`],
    ]);

    await table.update({ timePartitioning: { ...inputs.timePartitioning, expirationMs: 172_800_000 } });
    expect(table.read()).toMatchObject({ timePartitioning: { expirationMs: 172_800_000 } });
  });

  test("a table is refused, with nothing changed, what BigQuery does not change", async () => {
    const inputs = tableInputs("d2", "fixed");
    const table = await Resource.create(services, TABLE, inputs);
    const before = table.read();
    await expect(table.update({ schema: JSON.stringify(COLUMNS.slice(0, 1)), clusterings: [] })).rejects.toThrow(
      "Cannot change or drop field player_id.",
    );
    await expect(table.update({ timePartitioning: { type: "HOUR", field: "event_time" } })).rejects.toThrow(
      new Error("timePartitioning.type cannot change in place"),
    );
    expect(table.read()).toEqual(before);
    await table.update({ deletionProtection: undefined });
    await expect(table.delete()).rejects.toThrow(new Error("table fixed has deletionProtection on"));
    await table.update({ deletionProtection: false });
    await table.delete();
    expect(table.read()).toBeUndefined();
    await table.delete();
  });

  test("a view and a table function answer with their new definition", async () => {
    const { warehouse } = services;
    const answer = async (sql: string) => (await warehouse.query(sql)).rows;
    const viewInputs = {
      ...{ project: PROJECT, datasetId: "d2", tableId: "recent", deletionProtection: false },
      view: { query: "SELECT 1 AS n", useLegacySql: false },
    };
    const view = await Resource.create(services, TABLE, viewInputs);
    expect(viewInputs).toMatchObject(view.read()!);
    expect(await answer("SELECT n FROM d2.recent")).toEqual([["1"]]);
    await view.update({ view: { query: "SELECT 2 AS n", useLegacySql: false } });
    expect(await answer("SELECT n FROM d2.recent")).toEqual([["2"]]);

    const routineInputs = {
      ...{ project: PROJECT, datasetId: "d2", routineId: "twice", routineType: "TABLE_VALUED_FUNCTION" },
      definitionBody: "SELECT number * 2 AS n",
      arguments: [{ name: "number", dataType: `{"typeKind":"INT64"}` }],
    };
    const routine = await Resource.create(services, ROUTINE, routineInputs);
    expect(routine.read()).toEqual(routineInputs);
    const changes = { definitionBody: "SELECT number * 3 AS n", description: "Three times." };
    await routine.update(changes);
    expect(routine.read()).toEqual({ ...routineInputs, ...changes });
    expect(await answer("SELECT n FROM d2.twice(7)")).toEqual([["21"]]);
    await expect(routine.update({ routineType: "PROCEDURE" })).rejects.toThrow(
      new Error("routineType cannot change in place"),
    );
    for (const each of [routine, view]) {
      await each.delete();
      expect(each.read()).toBeUndefined();
      await each.delete();
    }
  });
});

test("grants and their holders come and go, and a custom role's permissions change in place", async () => {
  const { google } = services;
  const role = await Resource.create(services, "gcp:projects/iAMCustomRole:IAMCustomRole", {
    ...{ project: PROJECT, roleId: "writer", permissions: ["bigquery.tables.get"] },
  });
  const accountInputs = { project: PROJECT, accountId: "writer" };
  const account = await Resource.create(services, "gcp:serviceaccount/account:Account", accountInputs);
  const member = account.output("member");
  const onTable = { project: PROJECT, datasetId: "d", tableId: "t", role: role.id, member };
  const grant = await Resource.create(services, "gcp:bigquery/iamMember:IamMember", onTable);
  const onAccount = { serviceAccountId: account.id, role: "roles/iam.workloadIdentityUser", member: "principal://p" };
  const actAs = await Resource.create(services, "gcp:serviceaccount/iAMMember:IAMMember", onAccount);
  expect([account, grant, actAs].map((each) => each.read())).toEqual([accountInputs, onTable, onAccount]);

  const permissions = ["bigquery.tables.get", "bigquery.tables.updateData"];
  await role.update({ permissions });
  expect(role.read()).toEqual({ project: PROJECT, roleId: "writer", permissions });
  await account.update({ displayName: "Writer" });
  await expect(grant.update({ member: "user:x" })).rejects.toThrow(new Error("member cannot change in place"));

  for (const each of [actAs, grant, account, role]) {
    await each.delete();
    expect(each.read()).toBeUndefined();
    await each.delete();
  }
  expect([google.bindings.size, google.serviceAccounts.size, google.roles.size]).toEqual([0, 0, 0]);
});

test("a provider's mapping and condition change in place, and one beyond the local exchange is refused", async () => {
  const provider = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";
  const inputs = {
    ...{ workloadIdentityPoolId: "pool", workloadIdentityPoolProviderId: "aws" },
    aws: { accountId: "000000000000" },
    attributeMapping: { "google.subject": "assertion.arn" },
  };
  const made = await Resource.create(services, provider, inputs);
  expect(made.read()).toEqual(inputs);
  const changes = { attributeCondition: "google.subject != 'x'", disabled: true };
  await made.update(changes);
  expect(made.read()).toEqual({ ...inputs, ...changes });

  const beyond = "a condition gives true or false, and this gives a text: assertion.arn";
  await expect(made.update({ attributeCondition: "assertion.arn" })).rejects.toThrow(beyond);
  expect(made.read()).toEqual({ ...inputs, ...changes });
  await made.delete();
  await expect(Resource.create(services, provider, { ...inputs, attributeCondition: "assertion.arn" })).rejects.toThrow(
    beyond,
  );
  expect(made.read()).toBeUndefined();
});
