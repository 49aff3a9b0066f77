import { streamFacts } from "../../cli/produce/produce-command.ts";

const BASE = { records: 1, seed: 1, limits: true };

describe("the stream that is sent to", () => {
  test("of a stack: name, region, record limit and player field from its stack file", () => {
    expect(streamFacts({ ...BASE, stack: "local" }, {})).toEqual({
      streamName: "sluice-local-player-log",
      region: "us-east-1",
      maxRecordBytes: 1024 * 1024,
      playerIdField: "player_id",
    });
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
