import { SHORTEST, type Settings, backendsWith } from "./support.ts";
import type { Violations } from "./violations.ts";

/** Of the rules on concurrency, storage, the environment and the auto-scaler. */
export const OTHER_VIOLATIONS: Violations = {
  "`autoscaling` needs a provisioned": [
    {
      fact: "an auto-scaler of an on-demand stream",
      settings: { stream: { mode: "on-demand" }, autoscaling: { minShards: 1, maxShards: 4 } },
      problems: [
        {
          field: "sluice:autoscaling",
          value: '{"mode":"report","minShards":1,"maxShards":4,"headroomPercent":25}',
          rule: "for stream.mode provisioned: Kinesis itself scales an on-demand stream",
          fix: "remove the section, or set stream.mode to provisioned",
        },
      ],
    },
  ],
  "`autoscaling.minShards` ≤": [
    {
      fact: "bounds the wrong way round",
      settings: { autoscaling: { minShards: 4, maxShards: 2 } },
      problems: [
        { field: "sluice:autoscaling.maxShards", value: "2", rule: "at least minShards (4)", fix: "write 4 or more" },
      ],
    },
    {
      fact: "a stream that is made outside the bounds",
      settings: { stream: { shardCount: 8 }, autoscaling: { minShards: 1, maxShards: 4 } },
      problems: [
        {
          field: "sluice:autoscaling",
          value: '{"mode":"report","minShards":1,"maxShards":4,"headroomPercent":25}',
          rule: "stream.shardCount (8), with which the stream is made, is within minShards to maxShards",
          fix: "set stream.shardCount to a number from 1 to 4, or widen the bounds",
        },
      ],
    },
  ],
  "No backend is called `scaler`": [
    {
      fact: "a consumer in the auto-scaler's place",
      settings: { backends: { ...(SHORTEST["backends"] as Settings), scaler: {} } },
      problems: [
        {
          field: "sluice:backends.scaler",
          value: '"scaler"',
          rule: "functions/scaler/ is the auto-scaler, no consumer",
          fix: "give the backend another name; the auto-scaler is switched on with autoscaling",
        },
      ],
    },
  ],
  "`reservedConcurrency` is at least": [
    {
      fact: "fewer executions reserved than there are lanes",
      settings: {
        stream: { shardCount: 4 },
        ...backendsWith({ parallelizationFactor: 2, reservedConcurrency: 7 }, "archive"),
      },
      problems: [
        {
          field: "sluice:backends.archive.reservedConcurrency",
          value: "7",
          rule: "4 shards × parallelizationFactor 2 need 8",
          fix: "set reservedConcurrency to at least 8, or leave it out",
        },
      ],
    },
  ],
  "Reservations, and the larger": [
    {
      fact: "more lanes than the account allows executions",
      settings: { aws: { ...(SHORTEST["aws"] as Settings), concurrencyLimit: 10 }, stream: { shardCount: 6 } },
      problems: [
        {
          field: "sluice:aws.concurrencyLimit",
          value: "10",
          rule: "6 shards: the backends reserve 0 and share 12, which takes 12",
          fix: "have the account's limit raised and write it here, or lower stream.shardCount, parallelizationFactor or reservedConcurrency",
        },
      ],
    },
    {
      fact: "a reservation that leaves less than AWS keeps, on demand",
      settings: {
        aws: { ...(SHORTEST["aws"] as Settings), concurrencyLimit: 1000 },
        stream: { mode: "on-demand", shardCount: 8 },
        ...backendsWith({ reservedConcurrency: 901 }, "archive"),
      },
      problems: [
        {
          field: "sluice:aws.concurrencyLimit",
          value: "1000",
          rule:
            "8 shards, assumed for an on-demand stream: the backends reserve 901 and share 8 (of the rest AWS keeps 100 " +
            "unreserved), which takes 1,001",
          fix: "have the account's limit raised and write it here, or lower stream.shardCount, parallelizationFactor or reservedConcurrency",
        },
      ],
    },
  ],
  "At most 5 backends without fan-out": [
    {
      fact: "six backends on a shard's five reads a second",
      settings: { backends: Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, {}])) },
      problems: [
        {
          field: "sluice:backends",
          value: '"6 without fan-out"',
          rule: "at most 5 without fan-out: a shard answers 5 reads a second",
          fix: "give some of them fanOut: true",
        },
      ],
    },
    {
      fact: "21 backends with fan-out",
      settings: {
        backends: Object.fromEntries(
          Array.from({ length: 21 }, (_, index) => [`b${index}`, { fanOut: true, createdWithFanOut: true }]),
        ),
      },
      problems: [
        {
          field: "sluice:backends",
          value: '"21 with fan-out"',
          rule: "at most 20 with fan-out: a stream takes no more",
          fix: "remove some",
        },
      ],
    },
  ],
  "Archive objects move": [
    {
      fact: "classes and expiry out of order",
      settings: { archive: { infrequentAccessAfterDays: 40, glacierAfterDays: 69, expireAfterDays: 69 } },
      problems: [
        {
          field: "sluice:archive.glacierAfterDays",
          value: "69",
          rule: "at least 30 days after archive.infrequentAccessAfterDays (40)",
          fix: "write 70 or more, or never for one of them",
        },
        {
          field: "sluice:archive.expireAfterDays",
          value: "69",
          rule: "after the last move to a colder class (69 days)",
          fix: "write 70 or more, or never for the moves",
        },
      ],
    },
  ],
  "`archive.expireAfterDays` and": [
    {
      fact: "things that go before the stream's own copy does",
      settings: {
        stream: { retentionHours: 72 },
        archive: { infrequentAccessAfterDays: "never", expireAfterDays: 3 },
        warehouse: { partitionExpiryDays: 2, recentDays: 2 },
      },
      problems: [
        {
          field: "sluice:archive.expireAfterDays",
          value: "3",
          rule: "longer than stream.retentionHours (72): a record may be delivered that late",
          fix: "write 4 or more, or never",
        },
        {
          field: "sluice:warehouse.partitionExpiryDays",
          value: "2",
          rule: "longer than stream.retentionHours (72): a record may be delivered that late",
          fix: "write 4 or more, or never",
        },
      ],
    },
  ],
  "`warehouse.recentDays` is at most": [
    {
      fact: "a view of days that are gone",
      settings: { warehouse: { partitionExpiryDays: 30, recentDays: 31 } },
      problems: [
        {
          field: "sluice:warehouse.recentDays",
          value: "31",
          rule: "at most warehouse.partitionExpiryDays (30): older partitions are gone",
          fix: "write 30 or less",
        },
      ],
    },
  ],
  "The three names under `record` differ": [
    {
      fact: "the id's field read as the event",
      settings: { record: { eventField: "player_id" } },
      problems: [
        {
          field: "sluice:record.eventField",
          value: '"player_id"',
          rule: "another field than record.playerIdField",
          fix: "name the field that holds it in your records",
        },
      ],
    },
  ],
  "`protectData: false` only": [
    {
      fact: "production without protection",
      settings: { protectData: false },
      stack: "production",
      problems: [
        {
          field: "sluice:protectData",
          value: "false",
          rule: "stack production holds data to keep; only local and dev may go without protection",
          fix: "leave protectData out",
        },
      ],
    },
  ],
  "Account `000000000000` only": [
    {
      fact: "the embedded cloud's account in dev",
      settings: { aws: { accountId: "000000000000", region: "us-east-1" } },
      stack: "dev",
      problems: [
        {
          field: "sluice:aws.accountId",
          value: '"000000000000"',
          rule: "that is the account of the embedded cloud, for stack local",
          fix: "write the id of your account: aws sts get-caller-identity --query Account",
        },
      ],
    },
  ],
  "No `forwarder` in the stack `local`": [
    {
      fact: "a forwarder on a laptop",
      settings: { forwarder: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] } },
      stack: "local",
      problems: [
        {
          field: "sluice:forwarder",
          value: '"on"',
          rule: "stack local has no forwarder: it runs on Fargate, which the embedded cloud does not have",
          fix: "remove the section; send records to the local stream with sluice produce",
        },
      ],
    },
    {
      fact: "memory that Fargate does not offer",
      settings: {
        forwarder: {
          cpu: 512,
          memoryMb: 512,
          subnetIds: ["subnet-0123456789abcdef0"],
          securityGroupIds: ["sg-0123456789abcdef0"],
        },
      },
      problems: [
        {
          field: "sluice:forwarder.memoryMb",
          value: "512",
          rule: "one of 1024, 2048, 3072, 4096, which Fargate offers with cpu 512",
          fix: "write 1024, or another cpu",
        },
      ],
    },
  ],
};
