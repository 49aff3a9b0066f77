/** GetMetricData for long spans: throttled and failed calls are repeated, and no metric is left out in silence. */
import type { CloudWatchClient, GetMetricDataCommandOutput } from "@aws-sdk/client-cloudwatch";
import { type Clock, type Random, sleep } from "../../contract/clock.ts";
import { CommandError } from "../errors.ts";
import { backoff } from "../produce/backoff.ts";

/**
 * Calls of one page, the first included. Beside the calls a second CloudWatch limits the values a second, so that pages of 100,800 values in
 * a row are throttled. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
 */
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const THROTTLED: ReadonlySet<string> = new Set([
  ...["Throttling", "ThrottlingException", "LimitExceeded", "LimitExceededException", "LimitExceededFault"],
  ...["RequestLimitExceeded", "TooManyRequestsException"],
]);

/**
 * A client that repeats a page which was throttled, failed within the service, or has a metric with the status `InternalError`; each wait is
 * longer than the one before. Throws a CommandError for a metric that may not be read, and the last answer's error when it gives up.
 */
export function sureMetrics(
  client: Pick<CloudWatchClient, "send">,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Pick<CloudWatchClient, "send"> {
  const waitMs = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS, random);
  const send = async (command: Parameters<CloudWatchClient["send"]>[0]): Promise<unknown> => {
    for (let attempt = 1; ; attempt++) {
      let failure: unknown;
      try {
        const page = (await client.send(command)) as GetMetricDataCommandOutput;
        failure = failureOf(page);
        if (failure === undefined) return page;
      } catch (error) {
        if (!mayPass(error)) throw error;
        failure = error;
      }
      if (attempt === ATTEMPTS) throw failure;
      await sleep(clock, waitMs(attempt));
    }
  };
  return { send: send as CloudWatchClient["send"] };
}

/** What of a page says that it is not whole. Throws a CommandError for what no repetition mends. */
function failureOf({ MetricDataResults = [] }: GetMetricDataCommandOutput): Error | undefined {
  const labels = (status: string): string =>
    MetricDataResults.filter(({ StatusCode }) => StatusCode === status)
      .map(({ Label, Id }) => Label ?? Id)
      .join(", ");
  const forbidden = labels("Forbidden");
  if (forbidden !== "") throw new CommandError(`CloudWatch does not show these metrics to this account: ${forbidden}`);
  const failed = labels("InternalError");
  return failed === "" ? undefined : new CommandError(`CloudWatch fails on these metrics: ${failed}`);
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof CommandError) return false;
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return THROTTLED.has(error.name) || ($metadata?.httpStatusCode ?? 0) >= 500;
}
