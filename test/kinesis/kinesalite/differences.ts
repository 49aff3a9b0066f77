/** Where our server answers other than kinesalite 3.3.3, on purpose. docs/local-kinesis.md has the same list. */

export interface Difference {
  readonly operation: string;
  /** Title of the one call concerned; `*` for every call of the operation. */
  readonly call: string;
  /** Field of the answer; `answer` when one of the two is an error. */
  readonly field: string;
  readonly reason: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    operation: "DescribeStream",
    call: "*",
    field: "StreamDescription.StreamModeDetails",
    reason: "The service shows the mode since it has two; kinesalite is older.",
  },
  {
    operation: "DescribeStream",
    call: "after a shard",
    field: "StreamDescription.Shards.length",
    reason: "`ExclusiveStartShardId` pages as the API says; kinesalite takes it and shows all shards.",
  },
  {
    operation: "DescribeStreamSummary",
    call: "*",
    field: "StreamDescriptionSummary.StreamModeDetails",
    reason: "As for DescribeStream.",
  },
  {
    operation: "DescribeStreamSummary",
    call: "*",
    field: "StreamDescriptionSummary.MaxRecordSizeInKiB",
    reason: "The service has a record limit that can be raised; kinesalite is older.",
  },
  {
    operation: "ListStreams",
    call: "*",
    field: "StreamSummaries",
    reason: "The service lists summaries beside the names; kinesalite is older.",
  },
  { operation: "ListStreams", call: "one", field: "NextToken", reason: "As above: the newer way to the next page." },
  {
    operation: "ListShards",
    call: "two at most",
    field: "Shards.length",
    reason: "`MaxResults` pages as the API says; kinesalite takes it and shows all shards.",
  },
  { operation: "ListShards", call: "two at most", field: "NextToken", reason: "As above." },
  {
    operation: "PutRecord",
    call: "a negative hash key",
    field: "error",
    reason:
      "The API's pattern for the key refuses it; kinesalite's form of the pattern lets everything through that ends in a digit, and its range check refuses it afterwards.",
  },
  { operation: "PutRecord", call: "a negative hash key", field: "message", reason: "As above." },
  {
    operation: "GetRecords",
    call: "one record",
    field: "MillisBehindLatest",
    reason: "The age of the next record, as the API says; kinesalite always answers 0 on an open shard.",
  },
  {
    operation: "GetRecords",
    call: "the end of a closed shard",
    field: "ChildShards",
    reason: "The service names the children where a shard ends; kinesalite is older.",
  },
  {
    operation: "IncreaseStreamRetentionPeriod",
    call: "to a year",
    field: "answer",
    reason: "Retention goes up to 8,760 hours; kinesalite knows only 168.",
  },
  { operation: "IncreaseStreamRetentionPeriod", call: "to more than a year", field: "message", reason: "As above." },
  { operation: "UpdateShardCount", call: "to six", field: "answer", reason: "Kinesalite does not have the operation." },
  {
    operation: "DescribeLimits",
    call: "of the account",
    field: "answer",
    reason: "Kinesalite does not have the operation.",
  },
];
