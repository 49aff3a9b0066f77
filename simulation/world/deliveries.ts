/** Records of one shard that are done with: acknowledged by an invocation, or given to the failed destination. */
export interface Delivery {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly how: "acknowledged" | "given up";
  readonly shardId: string;
  readonly firstSequenceNumber: string;
  readonly lastSequenceNumber: string;
  /** Kinesis records. */
  readonly records: number;
}

/** The first delivery in which two runs of one backend differ, in words; `undefined` if they are the same, to the millisecond. */
export function firstDifference(run: readonly Delivery[], control: readonly Delivery[]): string | undefined {
  for (let index = 0; index < Math.max(run.length, control.length); index++) {
    const [first, second] = [describe(run[index]), describe(control[index])];
    if (first !== second) return `delivery ${index}: ${first}; without the other's faults: ${second}`;
  }
  return undefined;
}

function describe(delivery: Delivery | undefined): string {
  if (delivery === undefined) return "none";
  const { atMs, how, shardId, firstSequenceNumber, lastSequenceNumber, records } = delivery;
  return `${new Date(atMs).toISOString()} ${how} ${shardId}:${firstSequenceNumber} to ${lastSequenceNumber}, ${records}`;
}
