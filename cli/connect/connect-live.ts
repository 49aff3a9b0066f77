import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { CommandError, UsageError } from "../errors.ts";
import { type CloudOptions, cloudOf } from "../run-option.ts";
import { connect } from "./connect.ts";
import type { Connection } from "./connection.ts";

/** A stack's cloud that is up: its stream takes records, and its metrics are there. */
export interface LiveConnection extends Connection {
  readonly kinesis: KinesisClient;
  readonly cloudwatch: () => Promise<CloudWatchClient>;
}

const HINT =
  "Start a run that stays up with npm start -- --serve (and --records 0 for an empty one), or name a deployed stack with --stack.";

/** Reaches a cloud that is up. Throws a CommandError that says what to start where there is none. */
export async function connectLive(options: CloudOptions): Promise<LiveConnection> {
  const connection = await connect(cloudOf(options)).catch((error: unknown) => {
    if (options.stack === undefined && error instanceof UsageError) {
      throw new UsageError(error.message, { hint: HINT, cause: error });
    }
    throw error;
  });
  const { kinesis, cloudwatch } = connection;
  if (kinesis !== undefined && cloudwatch !== undefined) return { ...connection, kinesis, cloudwatch };
  await connection.close();
  const why =
    kinesis === undefined ? "has ended: its stream and its metrics went with it" : "is of a version without metrics";
  throw new CommandError(`${connection.label} ${why}`, { hint: HINT });
}

/** What an error of an AWS service means for whoever has asked; `what` was being done. */
export function awsError(error: unknown, what: string, { label }: Pick<Connection, "label">): CommandError {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const hint = HINTS[name];
  return new CommandError(
    `cannot ${what} of ${label}: ${name === "" || name === "Error" ? message : `${name}: ${message}`}`,
    {
      cause: error,
      ...(hint !== undefined && { hint }),
    },
  );
}

const HINTS: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "Is the stack up? pulumi up --stack NAME makes it.",
  CredentialsProviderError:
    "AWS credentials are taken as by the AWS CLI: AWS_PROFILE, or AWS_ACCESS_KEY_ID and its companions.",
  AccessDeniedException: "docs/after-the-up.md lists the permissions that verify and status need.",
  AccessDenied: "docs/after-the-up.md lists the permissions that verify and status need.",
};
