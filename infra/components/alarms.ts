import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import type * as pulumi from "@pulumi/pulumi";
import { alarmDescription } from "../alarms.ts";
import type { AlarmKind, AlarmSpec } from "../alarms.ts";

/** Arguments of {@link createAlarms}. */
export interface AlarmsArgs<K extends AlarmKind> {
  readonly specs: readonly AlarmSpec<pulumi.Input<string>, K>[];
  /** Physical name of the alarm of a kind. */
  readonly alarmName: (kind: K) => string;
  readonly topicArn: pulumi.Input<string>;
  readonly tags?: Record<string, string>;
}

/** Declares a metric alarm for each spec, `${name}-<kind>`; each tells the topic when it rings and when it is over. */
export function createAlarms<K extends AlarmKind>(
  name: string,
  args: AlarmsArgs<K>,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const spec of args.specs) {
    new cloudwatch.MetricAlarm(
      `${name}-${spec.kind}`,
      {
        name: args.alarmName(spec.kind),
        alarmDescription: alarmDescription(spec),
        comparisonOperator: spec.comparison,
        threshold: spec.threshold,
        evaluationPeriods: spec.evaluationPeriods,
        datapointsToAlarm: spec.datapointsToAlarm,
        treatMissingData: spec.missingData,
        alarmActions: [args.topicArn],
        okActions: [args.topicArn],
        tags: args.tags,
        ...watched(spec),
      },
      opts,
    );
  }
}

/** The one metric as it is, or all of them with the expression that the alarm goes by. */
function watched(spec: AlarmSpec<pulumi.Input<string>>) {
  const period = spec.periodSeconds;
  const [first] = spec.metrics;
  if (spec.expression === undefined) {
    const { namespace, metricName, statistic, dimensions } = first!;
    return { namespace, metricName, statistic, dimensions: { ...dimensions }, period };
  }
  const metrics = spec.metrics.map(({ id, namespace, metricName, statistic, dimensions }) => ({
    id,
    metric: { namespace, metricName, stat: statistic, dimensions: { ...dimensions }, period },
  }));
  return {
    metricQueries: [{ id: "watched", expression: spec.expression, label: spec.kind, returnData: true }, ...metrics],
  };
}
