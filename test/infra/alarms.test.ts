import { readFileSync } from "node:fs";
import { alarmDescription, backendAlarms, scalerAlarms, streamAlarms } from "../../infra/alarms.ts";
import { BACKEND_ALARMS, STREAM_ALARMS } from "../../infra/names.ts";

const WATCH = {
  backend: "warehouse",
  functionName: "sluice-dev-warehouse",
  mappingId: "0b8b6d4e-1111-4222-a333-444444444444",
  streamName: "sluice-dev-player-log",
  retentionHours: 24,
  timeToDataLossHours: 18,
  diverts: true,
};

/** Value of an alarm's expression for values of its metrics; knows what the expressions here use. */
function evaluate(expression: string, values: Record<string, number | undefined>): number {
  const script = expression
    .replace(/FILL\((\w+), 0\)/g, "($1 ?? 0)")
    .replace(/ AND /g, " && ")
    .replace(/IF\((.*), 1, 0\)/, "($1) ? 1 : 0");
  const names = Object.keys(values);
  return Number(new Function(...names, `return ${script};`)(...names.map((name) => values[name])));
}

function alarm(kind: string) {
  return backendAlarms(WATCH).find((spec) => spec.kind === kind)!;
}

describe("alarms", () => {
  test("every kind that has a name is declared, each once", () => {
    expect(backendAlarms(WATCH).map(({ kind }) => kind)).toEqual([...BACKEND_ALARMS]);
    const kinds = [...streamAlarms("s"), ...scalerAlarms("s", "f")].map(({ kind }) => kind);
    expect(kinds).toEqual([...STREAM_ALARMS]);
  });

  test("a backend that diverts nothing has no alarm on diverted records", () => {
    const kinds = backendAlarms({ ...WATCH, diverts: false }).map(({ kind }) => kind);
    expect(kinds).toEqual(BACKEND_ALARMS.filter((kind) => kind !== "diverted-records"));
  });

  test("a description ends in its section of the operations manual", () => {
    expect(alarmDescription(alarm("quarantined-records"))).toBe(
      "warehouse has quarantined records that can never be written. Runbook: docs/operations.md#quarantined-records",
    );
  });

  test.each([...BACKEND_ALARMS, ...STREAM_ALARMS])("%s has its section in the operations manual", (kind) => {
    expect(readFileSync("docs/operations.md", "utf8")).toMatch(new RegExp(`^#+ ${kind}$`, "m"));
  });

  test("time to data loss is the retention less the oldest record's age, in hours", () => {
    const spec = alarm("time-to-data-loss");
    expect(evaluate(spec.expression!, { age: 0 })).toBe(24);
    expect(evaluate(spec.expression!, { age: 6.5 * 3_600_000 })).toBe(17.5);
    expect([spec.comparison, spec.threshold, spec.missingData]).toEqual(["LessThanThreshold", 18, "ignore"]);
    expect(spec.metrics[0]).toEqual({
      id: "age",
      namespace: "AWS/Lambda",
      metricName: "IteratorAge",
      statistic: "Maximum",
      dimensions: { FunctionName: "sluice-dev-warehouse" },
    });
  });

  test.each([
    [{ incoming: 500, polled: undefined }, 1],
    [{ incoming: 500, polled: 0 }, 1],
    [{ incoming: 500, polled: 500 }, 0],
    [{ incoming: 0, polled: 0 }, 0],
    [{ incoming: 0, polled: undefined }, 0],
  ])("polled events are missing with %j: %i", (values, expected) => {
    expect(evaluate(alarm("polled-events-missing").expression!, values)).toBe(expected);
  });

  test("our own metrics carry stream and backend", () => {
    expect(alarm("diverted-records").metrics[0]).toMatchObject({
      namespace: "Sluice",
      metricName: "RecordsDiverted",
      dimensions: { stream: "sluice-dev-player-log", backend: "warehouse" },
    });
  });
});
