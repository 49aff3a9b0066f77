import { collectGraph } from "../../../local/collect-graph.ts";
import { INVARIANTS } from "../invariants/index.ts";
import { declared, graphOf } from "../support/stacks.ts";

const FORWARDER = { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] };

/** The optional forwarder, and what the program cannot be run with here. */
export function describeForwarder(awsxLoads: () => number): void {
  test("without the forwarder nothing of awsx is registered, and its module is not loaded", async () => {
    const { graph } = await declared("production");
    expect(graph.resources.filter(({ type }) => type.startsWith("awsx:"))).toEqual([]);
    expect(awsxLoads()).toBe(0);
  });

  test("with the forwarder awsx registers exactly once, and its task may write to the stream alone", async () => {
    const before = await declared("production");
    const run = await graphOf("production", { configOverrides: { forwarder: FORWARDER } });
    const { graph } = run;
    const registrations = graph.resources.filter(({ type }) => type.startsWith("awsx:"));
    expect(registrations.map(({ type, remote }) => ({ type, remote }))).toEqual([
      { type: "awsx:ecs:FargateService", remote: true },
    ]);
    expect(awsxLoads()).toBe(1);
    const container = (registrations[0]!.inputs["taskDefinitionArgs"] as { container: { command: string[] } })
      .container;
    expect(container.command.join(" ")).toBe(
      "/fluent-bit/bin/fluent-bit -i forward -p listen=0.0.0.0 -p port=24224 -p mem_buf_limit=128M " +
        "-o kinesis_streams -m * -p region=us-east-1 -p stream=sluice-production-player-log " +
        "-p simple_aggregation=true -p retry_limit=no_limits",
    );
    const policy = graph.resources.find(({ name }) => name === "forwarder-task-policy")!.inputs["policy"] as string;
    expect(
      (JSON.parse(policy) as { Statement: { Action: string[] }[] }).Statement.flatMap(({ Action }) => Action),
    ).toEqual(["kinesis:PutRecord", "kinesis:PutRecords", "kms:GenerateDataKey"]);
    expect(graph.resources.length - before.graph.resources.length).toBe(8);
    for (const invariant of Object.values(INVARIANTS)) expect(invariant(run)).toEqual([]);
  });

  test("stack local refuses the forwarder by name", async () => {
    await expect(graphOf("local", { configOverrides: { forwarder: FORWARDER } })).rejects.toThrow(/sluice:forwarder/);
  });

  test("a stack without a file is an error that names the file", async () => {
    await expect(graphOf("nowhere")).rejects.toThrow(
      "there is no stack nowhere: stacks/Pulumi.nowhere.yaml does not exist",
    );
  });

  test("a resource type that the local cloud does not know is an error that names it", async () => {
    const { Queue } = await import("@pulumi/aws/sqs/index.js");
    const facts = { accountId: "000000000000", region: "us-east-1", googleProject: "p", googleProjectNumber: "1" };
    const program = () => Promise.resolve({ queue: new Queue("surprise").urn });
    await expect(collectGraph({ project: "sluice", stack: "local", mode: "up", facts, program })).rejects.toThrow(
      "surprise is of type aws:sqs/queue:Queue, which the local cloud does not know",
    );
  });

  test("a computed output that no realiser gives is found by a preview", async () => {
    const { Topic } = await import("@pulumi/aws/sns/index.js");
    const facts = { accountId: "000000000000", region: "us-east-1", googleProject: "p", googleProjectNumber: "1" };
    const program = () => {
      const topic = new Topic("first", { name: "first" });
      return Promise.resolve({ second: new Topic("second", { name: topic.owner }).arn });
    };
    await expect(collectGraph({ project: "sluice", stack: "local", mode: "preview", facts, program })).rejects.toThrow(
      "aws:sns/topic:Topic second: no realiser gives what its name is made of",
    );
  });

  test("a program's own error comes through, and the next run works", async () => {
    const facts = { accountId: "000000000000", region: "us-east-1", googleProject: "p", googleProjectNumber: "1" };
    const program = () => Promise.reject(new Error("no such bundle"));
    await expect(collectGraph({ project: "sluice", stack: "local", mode: "up", facts, program })).rejects.toThrow(
      "no such bundle",
    );
    expect((await graphOf("local")).graph.outputs["streamName"]).toBe("sluice-local-player-log");
  });
}
