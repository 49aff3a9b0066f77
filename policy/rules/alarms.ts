import type { Rule, Violation } from "../rule.ts";
import { backendsOf } from "../backends.ts";
import { type Inputs, type PolicyStack, listAt, objectAt, objectsAt, ofType, textAt } from "../stack.ts";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

/**
 * What each must be watched by: function metrics by its name, mapping metrics by its id. Only what a mapping invokes has an age of records;
 * what is invoked by the clock is late by one beat where it is throttled.
 */
const OF_FUNCTION = ["Errors"];
const OF_BACKEND = [...OF_FUNCTION, "Throttles", "IteratorAge"];
const OF_MAPPING = ["FailedInvokeEventCount", "DroppedEventCount"];

/** Somebody hears of it. */
export const alarmed: Rule = {
  name: "alarmed",
  description: "Every function and every mapping has its alarms, and every alarm tells somebody.",
  why: "A backend that has stopped is found before records leave the stream unread, and not by a player.",
  fix: "declare the alarms of infra/alarms.ts for it, with an action",
  link: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",
  check: (stack) => [
    ...watched(stack, "aws:lambda/function:Function", "FunctionName", (name) =>
      backendsOf(stack).includes(name) ? OF_BACKEND : OF_FUNCTION,
    ),
    ...watched(stack, "aws:lambda/eventSourceMapping:EventSourceMapping", "EventSourceMappingUUID", () => OF_MAPPING),
    ...mute(stack),
  ],
};

/**
 * A mapping's id is the cloud's, so an alarm is told to be of a mapping by its component: both are named after their backend.
 */
function watched(
  stack: PolicyStack,
  type: string,
  dimension: string,
  metricsOfBackend: (name: string) => readonly string[],
): readonly Violation[] {
  const all = ofType(stack, ALARM).flatMap(({ name, inputs }) =>
    metricsOf(inputs).map((metric) => ({ name, ...metric })),
  );
  return ofType(stack, type).flatMap(({ name, inputs }) => {
    const backend = name.replace(/-(function|mapping)$/, "");
    const mine = all.filter(({ dimensions, name: alarm }) =>
      dimension === "FunctionName"
        ? dimensions[dimension] === textAt(inputs, "name")
        : dimension in dimensions && alarm.startsWith(`${backend}-`),
    );
    return metricsOfBackend(backend)
      .filter((metric) => !mine.some(({ metricName }) => metricName === metric))
      .map((metric) => ({ resource: name, message: `no alarm watches its ${metric}` }));
  });
}

function mute(stack: PolicyStack): readonly Violation[] {
  return ofType(stack, ALARM)
    .filter(({ inputs }) => listAt(inputs, "alarmActions").length === 0)
    .map(({ name }) => ({ resource: name, message: "the alarm tells nobody" }));
}

function metricsOf(inputs: Inputs): readonly { readonly metricName: string; readonly dimensions: Inputs }[] {
  const queried = objectsAt(inputs, "metricQueries").map((query) => objectAt(query, "metric"));
  return [inputs, ...queried].map((each) => ({
    metricName: textAt(each, "metricName"),
    dimensions: objectAt(each, "dimensions"),
  }));
}
