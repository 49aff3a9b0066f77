/** Actions in plain words: what somebody may do, with a place for what they may do it to. */

/** By action; `%` is the resource. An action that is not here is shown as it is. */
const WORDS: Readonly<Record<string, string>> = {
  "bigquery.tables.create": "make tables in %",
  "bigquery.tables.delete": "delete tables of %",
  "bigquery.tables.get": "see the schema of %",
  "bigquery.tables.getData": "read the rows of %",
  "bigquery.tables.updateData": "append rows to and change rows of %",
  "cloudwatch:GetMetricData": "read the account's metrics",
  "kinesis:DescribeStream": "look up %",
  "kinesis:DescribeStreamConsumer": "look up %",
  "kinesis:DescribeStreamSummary": "look up %",
  "kinesis:GetRecords": "read records of %",
  "kinesis:GetShardIterator": "read records of %",
  "kinesis:ListShards": "look up %",
  "kinesis:ListStreams": "look up %",
  "kinesis:PutRecord": "put records on %",
  "kinesis:PutRecords": "put records on %",
  "kinesis:SubscribeToShard": "read records through %",
  "kinesis:UpdateShardCount": "reshard %",
  "lambda:InvokeFunction": "invoke %",
  "kms:Decrypt": "decrypt with %",
  "kms:GenerateDataKey": "encrypt with %",
  "kms:PutKeyPolicy": "decide who may use %",
  "kms:ScheduleKeyDeletion": "delete %",
  "logs:CreateLogStream": "write logs to %",
  "logs:PutLogEvents": "write logs to %",
  "roles/bigquery.dataEditor": "read, change and delete %",
  "roles/bigquery.dataOwner": "read, change, delete and share %",
  "roles/bigquery.dataViewer": "read %",
  "roles/iam.workloadIdentityUser": "act as %",
  "s3:DeleteObject": "delete %",
  "s3:DeleteObjectVersion": "delete for good %",
  "s3:GetObject": "read %",
  "s3:ListBucket": "list %",
  "s3:PutObject": "write %",
  "sign in": "sign in to %",
  "sns:Publish": "publish to %",
  "sts:AssumeRole": "take on %",
};

/** Services in plain words, for their wildcards. */
const EVERYTHING: Readonly<Record<string, string>> = {
  s3: "S3",
  kms: "KMS",
  kinesis: "Kinesis",
  iam: "IAM",
  sns: "SNS",
};

/** What an action on a resource is, as one clause: `write archive/logs/*`. */
export function clauseOf(action: string, resource: string): string {
  const words = WORDS[action];
  if (words !== undefined) return words.replace("%", () => resource);
  if (action.startsWith("use ")) return `${action} on ${resource}`;
  if (action === "*") return `do everything to ${resource}`;
  const [service = "", name] = action.split(":");
  if (name === "*") return `do everything of ${EVERYTHING[service] ?? service} to ${resource}`;
  return `do ${action} to ${resource}`;
}

/** An ARN as people speak of what it names. */
export function resourceName(arn: string): string {
  if (arn === "*") return "everything";
  const parts = arn.split(":");
  if (parts[0] !== "arn" || parts.length < 6) return arn;
  const [service, ...rest] = [parts[2], parts.slice(5).join(":")] as [string, string];
  const name = rest[0]!;
  if (service === "s3") return name.includes("/") ? `objects ${name}` : `bucket ${name}`;
  if (service === "kinesis")
    return name.replace(/^stream\/(.+)\/consumer\/([^:]+).*$/, "fan-out consumer $2").replace(/^stream\//, "stream ");
  if (service === "kms") return name.replace(/^key\//, "key ").replace(/^alias\//, "key alias/");
  if (service === "logs") return name.replace(/^log-group:/, "log group ").replace(/:\*$/, "");
  if (service === "sns") return `topic ${name}`;
  if (service === "iam") return name === "root" ? `account ${parts[4]!}` : name.replace("/", " ");
  return arn;
}
