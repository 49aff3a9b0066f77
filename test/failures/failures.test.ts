import { readFileSync } from "node:fs";
import { join } from "node:path";
import { METRICS, divertedMetric, quarantinedMetric } from "../../contract/metrics.ts";
import { REASONS } from "../../contract/reasons.ts";
import type { Reason } from "../../contract/reasons.ts";
import { BLAME, STORAGE_ERROR_BLAME } from "../../functions/warehouse/answer.ts";
import type { Blame } from "../../functions/warehouse/answer.ts";
import { backendAlarms } from "../../infra/alarms.ts";
import { testTitles } from "../event-source/fidelity/titles.ts";
import type { Action, FailureClass } from "./failure-class.ts";
import { SECTIONS, failuresPage } from "./page.ts";

const CLASSES = SECTIONS.flatMap(({ classes }) => classes);
const TESTS = join(__dirname, "..");
const DONE: Readonly<Record<Exclude<Blame, "none">, Action>> = {
  rows: "quarantine",
  table: "divert",
  token: "retry",
  backend: "retry",
};
const WATCHES = ["archive", "warehouse"].map((backend) => ({
  backend,
  alarms: backendAlarms({
    backend,
    functionName: "f",
    mappingId: "m",
    streamName: "s",
    retentionHours: 24,
    timeToDataLossHours: 18,
    diverts: backend === "warehouse",
  }),
}));

/** What the classes that name something say is done with it, by its name. */
function done<T>(named: (each: FailureClass) => readonly T[] | undefined): Map<T, Set<Action>> {
  const actions = new Map<T, Set<Action>>();
  for (const each of CLASSES) {
    for (const name of named(each) ?? []) actions.set(name, (actions.get(name) ?? new Set()).add(each.does));
  }
  return actions;
}

test("docs/failures.md is what the classes say: node test/failures/write-docs.ts", () => {
  expect(readFileSync(join(TESTS, "../docs/failures.md"), "utf8")).toBe(failuresPage());
});

test("every class has a name of its own", () => {
  const names = CLASSES.map(({ id }) => id);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
});

test("every quarantine reason has a class, which quarantines and names the reason's metric", () => {
  const reasons = Object.keys(REASONS) as Reason[];
  expect([...done(({ reasons: named }) => named).keys()].sort()).toEqual([...reasons].sort());
  for (const each of CLASSES) {
    expect([each.id, each.does === "quarantine"]).toEqual([each.id, each.reasons !== undefined]);
    for (const reason of each.reasons ?? []) expect(each.metrics).toContain(quarantinedMetric(reason));
  }
});

test("every status code has a class that does with it what the code decides on", () => {
  const actions = done(({ codes }) => codes);
  for (const [code, blame] of Object.entries(BLAME)) {
    if (blame === "none") continue;
    expect([code, [...(actions.get(code as keyof typeof BLAME) ?? [])]]).toEqual([code, [DONE[blame]]]);
  }
});

test("every storage error that the code knows has a class that does with it what the code decides on", () => {
  const actions = done(({ storageErrors }) => storageErrors);
  expect([...actions.keys()].sort((a, b) => a - b)).toEqual([...STORAGE_ERROR_BLAME.keys()]);
  for (const [number, blame] of STORAGE_ERROR_BLAME) {
    expect([number, [...actions.get(number)!]]).toEqual([number, [DONE[blame as keyof typeof DONE]]]);
  }
});

test("every alarm that a class names is declared for its backends, on one of its metrics", () => {
  const wrong: string[] = [];
  for (const { id, backend, metrics, alarms } of CLASSES) {
    if (alarms.length === 0) wrong.push(`${id} has no alarm`);
    for (const watch of WATCHES.filter((each) => backend === "both" || each.backend === backend)) {
      for (const kind of alarms) {
        const spec = watch.alarms.find((each) => each.kind === kind);
        const watched = spec?.metrics.some(({ metricName }) => metrics.includes(metricName)) ?? false;
        if (!watched) wrong.push(`${id}: ${watch.backend} has no alarm ${kind} on ${metrics.join(", ")}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("every alarm of a backend is one that a class names, and every metric is ours or one that an alarm watches", () => {
  const declared = WATCHES.flatMap(({ alarms }) => alarms);
  expect([...new Set(declared.map(({ kind }) => kind))].sort()).toEqual(
    [...new Set(CLASSES.flatMap(({ alarms }) => alarms))].sort(),
  );
  const known = new Set<string>([
    ...Object.values(METRICS),
    ...(Object.keys(REASONS) as Reason[]).map(quarantinedMetric),
    divertedMetric("<table>"),
    ...declared.flatMap(({ metrics }) => metrics.map(({ metricName }) => metricName)),
  ]);
  expect(CLASSES.flatMap(({ metrics }) => metrics).filter((metric) => !known.has(metric))).toEqual([]);
});

test("every class is proven by tests that are there under the titles it names", () => {
  const missing: string[] = [];
  for (const { id, provenBy } of CLASSES) {
    if (Object.values(provenBy).flat().length === 0) missing.push(`${id} is not proven`);
    for (const [file, titles] of Object.entries(provenBy)) {
      const source = readFileSync(join(TESTS, file), "utf8");
      const known = testTitles(source);
      for (const title of titles) if (!isTitle(title, known, source)) missing.push(`${id}: ${file}: ${title}`);
    }
  }
  expect(missing).toEqual([]);
});

/** Whether a test has that title, or a table's title has it for a case that stands in the file. */
function isTitle(title: string, known: ReadonlySet<string>, source: string): boolean {
  if (known.has(title)) return true;
  for (const pattern of known) {
    const parts = pattern.split(/%[sij]/);
    if (parts.length === 1) continue;
    const words = new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+)")}$`);
    const [, ...cases] = words.exec(title) ?? [];
    if (cases.length > 0 && cases.every((text) => source.includes(`"${text}"`))) return true;
  }
  return false;
}
