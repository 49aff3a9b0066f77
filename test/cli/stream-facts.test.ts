import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { factsOfStack } from "../../cli/connect/facts-of-stack.ts";
import { writeRunFacts } from "../../cli/connect/run-files.ts";
import { ENDPOINTS_FILE, writeWhole } from "../../cli/local/endpoints-file.ts";
import { streamFacts } from "../../cli/produce/produce-command.ts";

const BASE = { records: 1, seed: 1, limits: true };

describe("the stream that is sent to", () => {
  test("of a stack: name, region, record limit and player field from its stack file", () => {
    expect(streamFacts({ ...BASE, stack: "local" }, {})).toEqual({
      streamName: "sluice-local-player-log",
      endpoint: undefined,
      region: "us-east-1",
      maxRecordBytes: 1024 * 1024,
      playerIdField: "player_id",
    });
  });

  test("of a local run: as of its stack, at the endpoint that its folder names", () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-run-"));
    writeRunFacts(folder, factsOfStack("local"));
    const server = "http://127.0.0.1:1";
    writeWhole(join(folder, ENDPOINTS_FILE), {
      ...{ kinesis: "http://127.0.0.1:4567", s3: server, bigquery: server, bigqueryStorage: "127.0.0.1:2" },
    });
    expect(streamFacts({ ...BASE, run: folder }, { AWS_REGION: "eu-west-1" })).toEqual({
      streamName: "sluice-local-player-log",
      endpoint: "http://127.0.0.1:4567",
      region: "us-east-1",
      maxRecordBytes: 1024 * 1024,
      playerIdField: "player_id",
    });
    rmSync(folder, { recursive: true });
    expect(() => streamFacts({ ...BASE, run: folder }, {})).toThrow(`${folder}/stack.json: cannot be read`);
  });

  test("a stack's name that leaves the folder of stacks is no stack", () => {
    expect(() => streamFacts({ ...BASE, stack: "../../etc/x" }, {})).toThrow("there is no stack ../../etc/x");
  });

  test("an endpoint of one's own needs no region, and takes one that is configured", () => {
    const options = { ...BASE, endpoint: "http://127.0.0.1:1", stream: "s" };
    expect(streamFacts(options, {})).toMatchObject({ streamName: "s", region: "us-east-1" });
    expect(streamFacts(options, { AWS_REGION: "eu-west-1" }).region).toBeUndefined();
    expect(streamFacts({ ...options, region: "ap-south-1" }, {}).region).toBe("ap-south-1");
  });

  test("a stream without endpoint is in the configured region", () => {
    expect(streamFacts({ ...BASE, stream: "s" }, {}).region).toBeUndefined();
  });
});
