import fc from "fast-check";
import { backendAlarms, streamAlarms } from "../../infra/alarms.ts";
import { type Alarm, type AlarmState, declaredAlarm, evaluateAlarm, stateOf } from "../../local/cloudwatch/alarm.ts";
import { MetricStore } from "../../local/cloudwatch/metric-store.ts";

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WATCH = {
  ...{ backend: "archive", functionName: "sluice-dev-archive", mappingId: "uuid", streamName: "log" },
  ...{ retentionHours: 24, timeToDataLossHours: 18, diverts: true },
};

/** A declared alarm as the resource has it: infra/components/alarms.ts. */
function alarmOf(kind: string): Alarm {
  const spec = [...backendAlarms(WATCH), ...streamAlarms("log")].find((each) => each.kind === kind)!;
  const { periodSeconds: period, expression, metrics } = spec;
  const shared = {
    ...{ name: kind, comparisonOperator: spec.comparison, threshold: spec.threshold },
    ...{ evaluationPeriods: spec.evaluationPeriods, datapointsToAlarm: spec.datapointsToAlarm },
    treatMissingData: spec.missingData,
  };
  if (expression === undefined) return declaredAlarm({ ...shared, ...metrics[0], period });
  const queries = metrics.map(({ id, statistic: stat, ...metric }) => ({ id, metric: { ...metric, stat, period } }));
  return declaredAlarm({ ...shared, metricQueries: [{ id: "watched", expression, returnData: true }, ...queries] });
}

test("every alarm that the program declares can be evaluated", () => {
  const store = new MetricStore();
  for (const { kind } of [...backendAlarms(WATCH), ...streamAlarms("log")]) {
    const alarm = alarmOf(kind);
    const silent = alarm.missingData === "ignore" ? "INSUFFICIENT_DATA" : "OK";
    expect([kind, evaluateAlarm(alarm, store, START, "INSUFFICIENT_DATA")]).toEqual([kind, silent]);
  }
});

test("time to data loss rings by the iterator age, and silence keeps it ringing", () => {
  const alarm = alarmOf("time-to-data-loss");
  const store = new MetricStore();
  const age = store.series("AWS/Lambda", "IteratorAge", { FunctionName: WATCH.functionName }, "Milliseconds");
  const states: AlarmState[] = [];
  const at = (minute: number): void => {
    const before = states.at(-1) ?? "INSUFFICIENT_DATA";
    states.push(evaluateAlarm(alarm, store, START + minute * MINUTE, before));
  };
  age.add(5 * HOUR, START);
  at(1);
  age.add(7 * HOUR, START + 6 * MINUTE);
  at(7);
  at(20);
  age.add(1000, START + 21 * MINUTE);
  at(26);
  expect(states).toEqual(["OK", "ALARM", "ALARM", "OK"]);
});

test("a backend that polls nothing while records come in rings after 15 minutes", () => {
  const alarm = alarmOf("polled-events-missing");
  const store = new MetricStore();
  const incoming = store.series("AWS/Kinesis", "IncomingRecords", { StreamName: "log" }, "Count");
  const polled = store.series("AWS/Lambda", "PolledEventCount", { EventSourceMappingUUID: "uuid" }, "Count");
  for (let minute = 0; minute < 30; minute++) incoming.add(1, START + minute * MINUTE);
  for (let minute = 0; minute < 10; minute++) polled.add(1, START + minute * MINUTE);
  const states = [9, 24, 25].map((minute) => evaluateAlarm(alarm, store, START + minute * MINUTE, "OK"));
  expect(states).toEqual(["OK", "OK", "ALARM"]);
});

test("M of N: missing periods count as the alarm says, and what is known decides where it can", () => {
  const state = (missingData: Alarm["missingData"], breaches: number, known: number, before: AlarmState = "OK") =>
    stateOf({ evaluationPeriods: 3, datapointsToAlarm: 2, missingData }, { breaches, known }, before);
  expect(state("notBreaching", 1, 1)).toBe("OK");
  expect(state("breaching", 1, 2)).toBe("ALARM");
  expect(state("ignore", 1, 1, "ALARM")).toBe("ALARM");
  expect(state("ignore", 0, 2, "ALARM")).toBe("OK");
  expect(state("missing", 0, 0)).toBe("INSUFFICIENT_DATA");
  expect(state("missing", 2, 2)).toBe("ALARM");
});

test("with every period known an alarm rings exactly at its number of breaches", () => {
  const cases = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("missing", "ignore", "breaching", "notBreaching"))
    .chain(([n, missingData]) =>
      fc.record({
        ...{ evaluationPeriods: fc.constant(n), missingData: fc.constant(missingData as Alarm["missingData"]) },
        ...{ datapointsToAlarm: fc.integer({ min: 1, max: n }), breaches: fc.integer({ min: 0, max: n }) },
      }),
    );
  fc.assert(
    fc.property(cases, ({ breaches, ...alarm }) => {
      const state = stateOf(alarm, { breaches, known: alarm.evaluationPeriods }, "INSUFFICIENT_DATA");
      expect(state).toBe(breaches >= alarm.datapointsToAlarm ? "ALARM" : "OK");
    }),
  );
});

test("what an alarm may not have here is refused by name", () => {
  const base = {
    name: "a",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    evaluationPeriods: 1,
    period: 60,
  };
  const metric = { namespace: "n", metricName: "m", statistic: "Sum" };
  expect(() => declaredAlarm({ ...base, ...metric, extendedStatistic: "p99" })).toThrow(
    "extendedStatistic is not supported locally",
  );
  expect(() => declaredAlarm({ ...base, ...metric, comparisonOperator: "GreaterThanUpperThreshold" })).toThrow(
    "comparisonOperator GreaterThanUpperThreshold is not supported locally",
  );
  expect(() =>
    declaredAlarm({ ...base, metricQueries: [{ id: "e", expression: "ANOMALY_DETECTION_BAND(m)", returnData: true }] }),
  ).toThrow("The function ANOMALY_DETECTION_BAND");
});
