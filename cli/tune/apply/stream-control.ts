/** The stream as `sluice tune apply` sees and changes it, through the Kinesis API. */
import {
  AddTagsToStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  RemoveTagsFromStreamCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import type { Step } from "../../../model/resharding/plan.ts";
import type { ShardTerms } from "../../../model/resharding/price.ts";
import type { AccountShards, ShardRange } from "../../../model/resharding/rules.ts";
import { type ShardKeys, listShards } from "../shard-list.ts";
import { PLAN_TAG } from "./plan-tag.ts";

/** An open shard with the name that Kinesis gave it. */
export interface OpenShard extends ShardRange {
  readonly shardId: string;
}

/** What the stream is like now. */
export interface StreamView {
  /** `ACTIVE` or another; shards can be changed only when it is. */
  readonly status: string;
  readonly onDemand: boolean;
  /** In order of hash keys. */
  readonly open: readonly OpenShard[];
  readonly terms: ShardTerms;
}

/** One stream. Errors are the SDK's, whose `name` is Kinesis' code. */
export class StreamControl {
  readonly name: string;
  readonly #kinesis: KinesisClient;

  constructor(kinesis: KinesisClient, name: string) {
    this.#kinesis = kinesis;
    this.name = name;
  }

  async view(): Promise<StreamView> {
    const { StreamDescriptionSummary: summary } = await this.#kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: this.name }),
    );
    const { StreamStatus, StreamModeDetails, RetentionPeriodHours, ConsumerCount, EnhancedMonitoring } = summary!;
    return {
      status: StreamStatus!,
      onDemand: StreamModeDetails?.StreamMode === "ON_DEMAND",
      open: await this.#openShards(),
      terms: {
        retentionHours: RetentionPeriodHours!,
        fanOutConsumers: ConsumerCount ?? 0,
        shardMetrics: EnhancedMonitoring?.[0]?.ShardLevelMetrics?.length ?? 0,
      },
    };
  }

  async #openShards(): Promise<readonly OpenShard[]> {
    const listed = await listShards(this.#kinesis, this.name);
    return listed
      .filter(({ open }) => open)
      .map((shard) => ({ shardId: shard.id, ...rangeOf(shard) }))
      .sort((one, other) => (one.first < other.first ? -1 : 1));
  }

  /** What the account has and may have in the region. */
  async account(): Promise<AccountShards> {
    const { OpenShardCount, ShardLimit } = await this.#kinesis.send(new DescribeLimitsCommand({}));
    return { open: OpenShardCount!, limit: ShardLimit! };
  }

  /** Begins a step; `open` are the shards that there are. The stream is UPDATING afterwards. */
  async begin(step: Step, open: readonly OpenShard[]): Promise<void> {
    const StreamName = this.name;
    const idOf = ({ first }: ShardRange): string => open.find((shard) => shard.first === first)!.shardId;
    switch (step.kind) {
      case "update-shard-count":
        await this.#kinesis.send(
          new UpdateShardCountCommand({ StreamName, TargetShardCount: step.toShards, ScalingType: "UNIFORM_SCALING" }),
        );
        return;
      case "split":
        await this.#kinesis.send(
          new SplitShardCommand({ StreamName, ShardToSplit: idOf(step.shard), NewStartingHashKey: String(step.at) }),
        );
        return;
      case "merge": {
        const [ShardToMerge, AdjacentShardToMerge] = [idOf(step.shards[0]), idOf(step.shards[1])];
        await this.#kinesis.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }));
      }
    }
  }

  /** The mark of an unfinished plan, `undefined` if there is none. */
  async mark(): Promise<string | undefined> {
    let after: string | undefined;
    for (;;) {
      const { Tags = [], HasMoreTags } = await this.#kinesis.send(
        new ListTagsForStreamCommand({ StreamName: this.name, ExclusiveStartTagKey: after }),
      );
      const found = Tags.find(({ Key }) => Key === PLAN_TAG);
      if (found !== undefined || HasMoreTags !== true) return found?.Value;
      after = Tags.at(-1)!.Key;
    }
  }

  async setMark(value: string): Promise<void> {
    await this.#kinesis.send(new AddTagsToStreamCommand({ StreamName: this.name, Tags: { [PLAN_TAG]: value } }));
  }

  async removeMark(): Promise<void> {
    await this.#kinesis.send(new RemoveTagsFromStreamCommand({ StreamName: this.name, TagKeys: [PLAN_TAG] }));
  }
}

/** A listed shard's hash keys as numbers. */
export function rangeOf({ startingHashKey, endingHashKey }: ShardKeys): ShardRange {
  return { first: BigInt(`0x${startingHashKey}`), last: BigInt(`0x${endingHashKey}`) };
}
