import { type CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";

/** An alarm of a stack. */
export interface AlarmStatus {
  readonly name: string;
  readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  /** When it came into this state, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** What it means, and where its runbook is. */
  readonly description: string;
}

/**
 * The alarms of a stack, in order of name. `prefix`: what its names begin with, `sluice-dev`; a stack `dev-2` has a doubled hyphen where
 * `dev` has its alarms' kind, so that none of its alarms is among them. Errors are the SDK's.
 */
export async function stackAlarms(client: Pick<CloudWatchClient, "send">, prefix: string): Promise<AlarmStatus[]> {
  const alarms: MetricAlarm[] = [];
  let NextToken: string | undefined;
  do {
    const input = { AlarmNamePrefix: `${prefix}-`, AlarmTypes: ["MetricAlarm" as const], MaxRecords: 100, NextToken };
    const page = await client.send(new DescribeAlarmsCommand(input));
    alarms.push(...(page.MetricAlarms ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return alarms
    .filter(({ AlarmName }) => AlarmName![prefix.length + 1] !== "-")
    .map(({ AlarmName, StateValue, StateUpdatedTimestamp, AlarmDescription }) => ({
      name: AlarmName!,
      state: StateValue!,
      sinceMs: StateUpdatedTimestamp!.getTime(),
      description: AlarmDescription ?? "",
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
