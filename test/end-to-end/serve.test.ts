import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type * as GoogleBigQuery from "@google-cloud/bigquery";
import { playerLog } from "../../cli/generate/player-log.ts";
import type { Endpoints } from "../../cli/local/endpoints-file.ts";
import type { Status } from "../../cli/status/status.ts";
import { nodeImport } from "../bigquery/support.ts";
import { eventually } from "../support/eventually.ts";
import { RunFolder, readEndpoints } from "../support/run-folder.ts";
import { SluiceCommand, sluiceHere } from "../support/run-sluice.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const CREDENTIALS = { accessKeyId: "any", secretAccessKey: "thing" };
const STALE = '{"streamName":"of an earlier run"}';
const TIME = "2026-11-01T12:00:00.000Z";
/** 30 lines: 26 as records of their own, three in one as Fluent Bit joins them, one whose player id is in upper case. */
const LINES = [...playerLog({ seed: 6, records: 29, startMs: Date.parse(TIME) })];
const UPPER = `{"player_id":"ABCDEF0123456789ABCDEF0123456789","timestamp":"${TIME}","event":"login"}`;
const RECORDS = [...LINES.slice(0, 26), LINES.slice(26).join("\n"), UPPER];

describe("sluice local --serve --records 0", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-serve-"));
  const file = join(folder, "endpoints.json");
  const latest = join(folder, "data", "latest");
  const seen = new Set<string>();
  let command: SluiceCommand;
  let endpoints: Endpoints;
  let bigquery: GoogleBigQuery.BigQuery;
  let s3: S3Client;

  beforeAll(async () => {
    writeFileSync(file, STALE);
    command = new SluiceCommand([
      ...["local", "--serve", "--records", "0", "--shards", "2", "--data", join(folder, "data"), "--endpoints", file],
    ]);
    await command.until(() => {
      seen.add(existsSync(file) ? readFileSync(file, "utf8") : "");
      return seen.size === 3;
    });
    endpoints = readEndpoints(file);
    const { BigQuery } = (await nodeImport("@google-cloud/bigquery")) as typeof GoogleBigQuery;
    const { project: projectId, bigquery: apiEndpoint } = endpoints;
    bigquery = new BigQuery({ projectId, apiEndpoint, autoRetry: false });
    s3 = new S3Client({ endpoint: endpoints.s3, region: "eu-north-1", credentials: CREDENTIALS, forcePathStyle: true });
  });
  afterAll(() => {
    s3.destroy();
    command.kill();
    rmSync(folder, { recursive: true });
  });

  async function ask(query: string, params?: Record<string, unknown>): Promise<unknown[]> {
    const [rows] = await bigquery.query({ query, params, location: "US" });
    return rows as unknown[];
  }

  test("an earlier run's endpoints go first, then the new ones come whole", () => {
    expect([...seen]).toEqual([STALE, "", readFileSync(file, "utf8")]);
    expect(endpoints).toEqual({
      version: 1,
      kinesis: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      kinesisTls: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      s3: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      cloudwatch: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      bigquery: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      bigqueryStorage: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      streamName: "sluice-local-player-log",
      archiveBucket: "sluice-local-archive-000000000000-us-east-1",
      deadLetterBucket: "sluice-local-dead-letter-000000000000-us-east-1",
      project: "sluice-local",
      dataset: "sluice_local",
      region: "us-east-1",
      pulumiProviders: expect.stringMatching(/^aws:\d+,gcp:\d+$/),
    });
  });

  test("records that the AWS SDK puts are in the archive, where its S3 client finds them, and in the tables", async () => {
    const kinesis = new KinesisClient({
      endpoint: endpoints.kinesis,
      region: "ap-northeast-1",
      credentials: CREDENTIALS,
    });
    const put = await kinesis.send(
      new PutRecordsCommand({
        StreamName: endpoints.streamName,
        Records: RECORDS.map((text, index) => ({ Data: Buffer.from(text), PartitionKey: `key ${index}` })),
      }),
    );
    kinesis.destroy();
    expect(put.FailedRecordCount).toBe(0);

    const archived = await eventually(readArchive, ({ length }) => length >= 30);
    expect(archived.sort()).toEqual([...LINES, UPPER].sort());
    const count = "SELECT COUNT(*) AS n FROM sluice_local.log_between(TIMESTAMP '2026-11-01', TIMESTAMP '2026-11-02')";
    expect(
      await eventually(
        () => ask(count),
        ([row]) => (row as { n: number }).n >= 30,
      ),
    ).toEqual([{ n: 30 }]);
  });

  async function readArchive(): Promise<string[]> {
    const Bucket = endpoints.archiveBucket;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "logs/dt=" }));
    const objects = Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const lines = gunzipSync(await Body!.transformToByteArray())
        .toString()
        .trimEnd()
        .split("\n");
      return lines.map((line) => line.slice(line.indexOf('"log":') + 6, -1));
    });
    return (await Promise.all(objects)).flat();
  }

  test("@google-cloud/bigquery reads them by function, parameters, JSON fields and plain tables", async () => {
    const player = (JSON.parse(LINES[0]!) as { player_id: string }).player_id;
    const own = LINES.filter((line) => line.includes(`"player_id":"${player}"`)).length;
    const time = {
      since: bigquery.timestamp("2026-11-01T00:00:00Z"),
      until: bigquery.timestamp("2026-11-02T00:00:00Z"),
    };
    expect(
      await ask("SELECT COUNT(*) AS n FROM sluice_local.log_of_player(@player, @since, @until)", { player, ...time }),
    ).toEqual([{ n: own }]);
    expect(
      await ask(`SELECT player_id, event, JSON_VALUE(log, '$.player_id') AS sent, event_time
                 FROM \`sluice-local.sluice_local.player_log_a\`
                 WHERE event_time >= TIMESTAMP '2026-11-01' AND player_id LIKE 'abcdef%'`),
    ).toEqual([
      {
        ...{ player_id: "abcdef0123456789abcdef0123456789", event: "login", sent: "ABCDEF0123456789ABCDEF0123456789" },
        event_time: bigquery.timestamp(TIME),
      },
    ]);
  });

  test("a query without a filter on the partitions is refused in BigQuery's words", async () => {
    await expect(ask("SELECT COUNT(*) FROM sluice_local.player_log_a")).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining(
        "Cannot query over table 'sluice-local.sluice_local.player_log_a' without a filter over column(s) 'event_time'",
      ),
    });
  });

  test("sluice query asks the run that has the warehouse open", async () => {
    const sql = "SELECT COUNT(*) AS n FROM log_between(TIMESTAMP '2026-11-01', TIMESTAMP '2026-11-02')";
    expect(await sluiceHere("query", sql, "--json", "--run", latest)).toEqual({ code: 0, out: '{"n":30}\n', err: "" });
  });

  test("sluice audit reads the stream of a run that is served", async () => {
    const { code, out, err } = await sluiceHere("audit", "--deep", "--json", "--run", latest);
    expect([code, err]).toEqual([0, ""]);
    const account = { accepted: 30, written: 30, quarantined: 0, missing: 0, duplicates: 0, holds: true, findings: [] };
    expect(JSON.parse(out)).toMatchObject({
      ...{ version: 1, deep: true, kinesisRecords: 28, holds: true },
      backends: { archive: account, warehouse: account },
    });
  });

  test("and as a deployed stack's, by the endpoints in the environment", async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      ...{ AWS_ENDPOINT_URL_S3: endpoints.s3, AWS_ENDPOINT_URL_KINESIS: endpoints.kinesis },
      ...{ AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "thing", BIGQUERY_EMULATOR_HOST: endpoints.bigquery },
      AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.cloudwatch,
    });
    try {
      const [since, until] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
      const audit = await sluiceHere("audit", "--stack", "local", "--since", since!, "--until", until!);
      expect([audit.code, audit.err, audit.out.split("\n").at(-2)]).toEqual([0, "", "The audit holds."]);
      expect(audit.out).toContain("warehouse: 30 accepted = 30 written");
      const query = await sluiceHere("query", "--stack", "local", "--json", "SELECT 1 AS one");
      expect(query).toEqual({ code: 0, out: '{"one":1}\n', err: "" });
      const ask = async () => {
        const { code, out } = await sluiceHere("status", "--stack", "local", "--json");
        return { code, ...(JSON.parse(out) as Status) };
      };
      // An invocation's metrics come with the end of its log, after its records.
      const told = ({ backends }: Status): boolean =>
        Object.values(backends).every(({ row }) => row.meanRecords! * row.invocations > 29.5);
      const status = await eventually(ask, told);
      expect([status.code, status.problems, status.alarms.length]).toEqual([0, [], 20]);
      expect(status.stream).toMatchObject({ name: "sluice-local-player-log", openShards: 2, refusedPerSecond: 0 });
      for (const { row, deadLetters } of Object.values(status.backends)) {
        expect(row.meanRecords! * row.invocations).toBeCloseTo(30);
        expect(deadLetters.quarantined).toEqual({ objects: 0, records: 0, oldest: null });
      }
    } finally {
      process.env = before;
    }
  });

  test("sluice verify finds each of its records in both backends", async () => {
    const { code, out } = await sluiceHere("verify", "--run", latest, "--records", "17", "--json");
    const found = { found: 17, missing: [] };
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { version: 1, sent: 17, allFound: true, backends: { archive: found, warehouse: found } },
    ]);
    const marked = await ask(
      "SELECT COUNT(*) AS n, COUNT(DISTINCT SUBSTR(player_id, 1, 1)) AS tables FROM sluice_local.log_recent WHERE event = 'sluice_verify'",
    );
    expect(marked).toEqual([{ n: 17, tables: 16 }]);
  });

  test("SIGTERM to its group ends it in good order, and the warehouse is free", async () => {
    command.signal("SIGTERM", "group");
    expect(await command.ended).toMatchObject({ code: 0, err: "" });
    expect(command.running()).toEqual([]);
    expect((await new RunFolder(latest).rows()).length).toBe(47);
    expect(await sluiceHere("audit", "--json", "--run", latest)).toMatchObject({ code: 0, err: "" });
  });
});
