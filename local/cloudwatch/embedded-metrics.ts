import { z } from "zod";
import type { MetricStore } from "./metric-store.ts";

/** CloudWatch's embedded metric format. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const schema = z.object({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string().default("None") })),
      }),
    ),
  }),
});

const values = z.union([z.number().transform((one) => [one]), z.array(z.number())]);

/**
 * Takes the metrics out of a line of a function's log; any other line has none. `console.log` puts time, request id and level before the
 * JSON, so it may start anywhere.
 */
export function addEmbeddedMetrics(line: string, store: MetricStore): void {
  if (!line.includes('"_aws"')) return;
  const fields = parsed(line.slice(line.indexOf("{")));
  const directive = schema.safeParse(fields);
  if (!directive.success) return;
  const { Timestamp, CloudWatchMetrics } = directive.data._aws;
  for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
    for (const names of Dimensions) {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(fields![name])]));
      for (const { Name, Unit } of Metrics) {
        const given = values.safeParse(fields![Name]);
        if (!given.success) continue;
        const series = store.series(Namespace, Name, dimensions, Unit);
        for (const value of given.data) series.add(value, Timestamp);
      }
    }
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
