import type { Clock } from "../../contract/clock.ts";
import { archivePrefix, divertedBackendPrefix, FAILED_PREFIX, quarantinePrefix } from "../../contract/keys.ts";
import type { KinesisEvent } from "../../functions/shared/event.ts";
import { EventSourceDriver } from "../../model/event-source/driver.ts";
import type { Batch, CallResult, MappingDeclaration } from "../../model/event-source/driver.ts";
import type { StreamModel } from "../../model/stream/stream-model.ts";
import { Edge, FaultCount, type Outage, type RequestFaults } from "../cloud/faults.ts";
import type { SimulatedS3 } from "../cloud/s3.ts";
import { SimulatedStorageWrite } from "../cloud/storage-write.ts";
import { SimulatedTokens } from "../cloud/tokens.ts";
import { Draws } from "../draws.ts";
import { recordsOf } from "../invariants/failure-record.ts";
import { InvocationCheck } from "../invariants/invocation.ts";
import { DeliveryOrder } from "../invariants/order.ts";
import { takeRow } from "../invariants/rows.ts";
import { ARCHIVE_BUCKET, DEAD_LETTER_BUCKET, type ObjectRules } from "../invariants/stored-objects.ts";
import { eventOf } from "../lambda/event.ts";
import { SimulatedFunction } from "../lambda/function.ts";
import type { Trace } from "../trace.ts";
import { coldStart } from "./consumer.ts";
import type { Delivery } from "./deliveries.ts";
import type { Ledger } from "./ledger.ts";
import { type BackendSpec, type MappingSpec, retryAttempts, type WorldSpec } from "./spec.ts";
import type { PutRecord } from "./truth.ts";

const STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/player-log";
/** A row may be diverted so long after its table was seen to refuse and another to work: a minute, the rest of the invocation, the way of the dead letters. */
const DIVERTED_WITHIN_MS = 180_000;

/** What all backends of a world share. */
export interface BackendWorld {
  readonly spec: WorldSpec;
  readonly clock: Clock;
  readonly stream: StreamModel;
  readonly s3: SimulatedS3;
  readonly trace: Trace;
  /** Makes a payload's base64; default: each time anew. */
  readonly base64?: (data: Uint8Array) => string;
}

/** One backend: its mapping over the shared stream, its function with the real handler, its services, its faults and its checks. */
export class Backend {
  readonly spec: BackendSpec;
  readonly driver: EventSourceDriver;
  /** Every invocation that acknowledged something, and every batch given up, in order of time. */
  readonly deliveries: Delivery[] = [];
  readonly order: DeliveryOrder;
  readonly ledger: Ledger;
  readonly rules: ObjectRules;
  readonly faults: FaultCount;
  invocations = 0;
  /** Log records given up, or lost on the way to the failed destination. */
  failed = 0;
  readonly #world: BackendWorld;
  readonly #function: SimulatedFunction;
  readonly #check: InvocationCheck;
  readonly #deadLetters: Edge;
  readonly #draws: Draws;

  constructor(spec: BackendSpec, world: BackendWorld, ledger: Ledger) {
    const { clock, stream, trace, spec: whole } = world;
    this.spec = spec;
    this.ledger = ledger;
    this.#world = world;
    this.#draws = new Draws(whole.seed, `${spec.name}/mapping`);
    this.faults = new FaultCount(clock);
    this.order = new DeliveryOrder(
      { ledger, parentsOf: (shardId) => parentsOf(stream, shardId, clock) },
      spec.mapping.parallelization,
    );
    this.#check = new InvocationCheck(spec, ledger, this.faults, clock);

    const edge = (place: string, outages: readonly Outage[], faults: RequestFaults) =>
      new Edge({
        clock,
        startMs: whole.startMs,
        draws: new Draws(whole.seed, `${spec.name}/${place}`),
        count: this.faults,
        outages,
        faults,
        faultsEndMs: whole.faultsEndMs,
      });
    const { accidents, outages, tokenOutages, refusals, requests, revocations, invocations } = spec.faults;
    const archive = edge("archive", outages, requests);
    this.#deadLetters = edge("dead-letters", whole.deadLetterOutages, requests);
    const tokens = new SimulatedTokens(clock, edge("tokens", tokenOutages, requests));
    for (const atMs of revocations) clock.after(atMs, () => tokens.revoke());
    const service = new SimulatedStorageWrite({
      edge: edge("storage-write", outages, requests),
      refusals,
      onRow: (table, row) => takeRow(ledger, table, row),
      onBadRequest: (what) => ledger.violate("content", `append request: ${what}`),
    });
    const mappingId = this.#draws.uuid();
    this.rules = {
      ledger,
      archivePrefix: spec.kind === "archive" ? archivePrefix(whole.generation) : undefined,
      quarantinePrefix: quarantinePrefix(whole.generation, spec.name),
      divertedPrefix: divertedBackendPrefix(whole.generation, spec.name),
      mayDivert: (table) => service.aloneRefuses(table, DIVERTED_WITHIN_MS),
      failure: {
        keyPrefix: `${FAILED_PREFIX}${mappingId}/`,
        maximumRetryAttempts: retryAttempts(spec),
        maximumRecordAgeMs: spec.maximumRecordAgeSeconds * 1000,
        mayGiveUp: !spec.survivable,
      },
    };
    this.#function = new SimulatedFunction({
      name: spec.name,
      clock,
      timeoutMs: spec.timeoutSeconds * 1000,
      draws: new Draws(whole.seed, `${spec.name}/function`),
      faults: invocations,
      accidents,
      faulty: () => clock.now() - whole.startMs < whole.faultsEndMs,
      count: this.faults,
      trace,
      coldStart: (environment) =>
        coldStart(
          spec,
          {
            seed: whole.seed,
            generation: whole.generation,
            s3: world.s3,
            edgeOf: (bucket) => (bucket === ARCHIVE_BUCKET ? archive : this.#deadLetters),
            storageWrite: { clock, service, tokens },
            log: (from, line) => this.#check.logged(from, line),
          },
          environment,
        ),
      onEnd: (environment) => this.#check.ended(environment),
    });
    this.driver = new EventSourceDriver({
      clock,
      mappingId,
      stream,
      region: "us-east-1",
      ...this.#target(spec.mapping, true),
      putObject: (bucket, key, bytes) => this.#giveUp(bucket, key, bytes),
      randomUuid: () => this.#draws.uuid(),
      onProblem: (problem) => trace.note(clock.now(), spec.name, `problem ${problem.name}`),
    });
  }

  start(): void {
    const { clock } = this.#world;
    this.driver.start();
    let mapping = this.spec.mapping;
    for (const { atMs, enabled, ...changed } of this.spec.changes) {
      clock.after(atMs, () => {
        mapping = { ...mapping, ...changed };
        this.order.takeOver(mapping.parallelization);
        this.driver.update(this.#target(mapping, enabled));
      });
    }
  }

  /** Nothing is left to be done, and nothing that nobody waits for goes on. */
  get idle(): boolean {
    return this.#function.running === 0 && this.driver.idle();
  }

  #target(mapping: MappingSpec, enabled: boolean) {
    const { name, fanOut, maximumRecordAgeSeconds } = this.spec;
    const declared: MappingDeclaration = {
      settings: {
        batchSize: mapping.batchSize,
        maximumBatchingWindowInSeconds: mapping.windowSeconds,
        parallelizationFactor: mapping.parallelization,
        maximumRetryAttempts: retryAttempts(this.spec),
        maximumRecordAgeInSeconds: maximumRecordAgeSeconds,
        bisectBatchOnFunctionError: this.spec.kind !== "archive",
        reportBatchItemFailures: true,
        startingPosition: { type: "TRIM_HORIZON" },
        fanOut,
        onFailureDestination: true,
      },
      eventSourceArn: fanOut ? `${STREAM_ARN}/consumer/${name}:1` : STREAM_ARN,
      streamArn: STREAM_ARN,
      consumer: fanOut ? name : undefined,
      failureBucket: DEAD_LETTER_BUCKET,
      enabled,
    };
    return {
      declared,
      functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      roleArn: `arn:aws:iam::000000000000:role/${name}`,
      invoke: (batch: Batch) => this.#invoke(eventOf(batch, this.#world.base64)),
    };
  }

  async #invoke(event: KinesisEvent): Promise<CallResult> {
    const { clock, trace } = this.#world;
    const batch = event.Records.map(({ kinesis }) => this.ledger.truth.find(kinesis.sequenceNumber)!);
    const span = `${batch[0]!.shard}:${batch[0]!.sequenceNumber}+${batch.length}`;
    trace.note(clock.now(), this.spec.name, `invoke ${span}`);
    this.invocations++;
    this.order.started(batch);
    const before = this.#check.started();
    const result = await this.#function.invoke(event);
    const done = this.#check.answered(before, batch, result);
    this.order.ended(batch, done);
    trace.note(clock.now(), this.spec.name, `${result.kind} ${span} done ${done}`);
    this.#delivered(batch.slice(0, done), "acknowledged");
    return result;
  }

  /** Lambda writes a batch that it gives up to the on-failure destination. */
  async #giveUp(bucket: string, key: string, body: Buffer): Promise<void> {
    const { clock, s3, trace } = this.#world;
    const batch = recordsOf(this.ledger, body);
    trace.note(clock.now(), this.spec.name, `give up ${batch.length}`);
    for (const { payload } of batch) this.failed += payload.pieces.length;
    if (batch.length > 0) this.order.started(batch);
    try {
      await s3.deliver({ bucket, key, body }, this.#deadLetters);
    } catch (error) {
      for (const { sequenceNumber } of batch) this.ledger.dropped.add(sequenceNumber);
      throw error;
    } finally {
      if (batch.length > 0) this.order.ended(batch, batch.length);
    }
    this.#delivered(batch, "given up");
  }

  #delivered(batch: readonly PutRecord[], how: Delivery["how"]): void {
    if (batch.length === 0) return;
    const { shardId, sequenceNumber } = batch[0]!;
    this.deliveries.push({
      atMs: this.#world.clock.now(),
      how,
      shardId,
      firstSequenceNumber: sequenceNumber,
      lastSequenceNumber: batch.at(-1)!.sequenceNumber,
      records: batch.length,
    });
  }
}

function parentsOf(stream: StreamModel, shardId: string, clock: Clock): string[] {
  const shard = stream.shard(shardId, clock.now());
  return [shard?.parentShardId, shard?.adjacentParentShardId].filter((parent) => parent !== undefined);
}
