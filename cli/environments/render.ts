/** What `sluice env` prints. Pure. */
import Table from "cli-table3";
import { grouped } from "../grouped.ts";
import type { EnvironmentDifference } from "./difference.ts";
import type { NewEnvironment, NewEnvironmentOptions } from "./new-environment.ts";
import type { Setting } from "./settings.ts";
import type { BrokenEnvironment, EnvironmentSummary } from "./summary.ts";

const STYLE = { head: [], border: [], compact: true };

/** Version of the JSON forms. */
export const ENVIRONMENTS_VERSION = 1;

/** The table of all environments, and below it what is wrong with those that cannot be read. */
export function renderList(all: readonly (EnvironmentSummary | BrokenEnvironment)[]): string {
  const table = new Table({
    head: ["stack", "AWS", "Google", "shards", "backends", "protected", "records/s", "USD a month"],
    colAligns: ["left", "left", "left", "right", "left", "left", "right", "right"],
    style: STYLE,
  });
  for (const one of all) {
    if ("problem" in one) table.push([one.stack, { colSpan: 7, content: "cannot be read: see below" }]);
    else table.push(row(one));
  }
  const problems = all.flatMap((one) => ("problem" in one ? [one.problem, ""] : []));
  const assumed = all.some((one) => !("problem" in one) && !one.load.declared);
  return [
    table.toString(),
    ...(assumed ? ["* not declared (sluice:load): half of what the shards take"] : []),
    ...problems,
    "",
  ].join("\n");
}

function row(one: EnvironmentSummary): string[] {
  return [
    one.stack,
    `${one.awsAccount} ${one.awsRegion}`,
    `${one.googleProject} ${one.googleLocation}`,
    one.shards === undefined ? "on demand" : String(one.shards),
    one.backends.map(({ name, fanOut }) => (fanOut ? `${name} (fan-out)` : name)).join(", "),
    one.protected ? "yes" : "no",
    `${grouped(one.load.recordsPerSecond)}${one.load.declared ? "" : "*"}`,
    one.monthlyUsd === undefined ? "–" : grouped(Math.round(one.monthlyUsd)),
  ];
}

/** The table of differences; a default is marked as one. */
export function renderDifference(difference: EnvironmentDifference): string {
  const { from, to, differences, notCompared, same } = difference;
  const table = new Table({ head: ["setting", from, to], style: STYLE });
  for (const { path, from: before, to: after } of differences) table.push([path, cell(before), cell(after)]);
  const count = differences.length === 1 ? "1 setting differs" : `${differences.length} settings differ`;
  return [
    ...(differences.length > 0 ? [table.toString()] : []),
    `${count}, ${same} are the same. (default): left out of the stack file. –: there is no such setting.`,
    ...(notCompared.length > 0 ? [`Encrypted in both and not compared: ${notCompared.join(", ")}.`] : []),
    "",
  ].join("\n");
}

function cell(setting: Setting | undefined): string {
  if (setting === undefined) return "–";
  return setting.isDefault ? `${setting.text} (default)` : setting.text;
}

/** The same as JSON data: a masked value is left out. */
export function differenceJson({ from, to, differences, notCompared, same }: EnvironmentDifference): unknown {
  const side = (setting: Setting | undefined) =>
    setting && {
      ...(setting.masked === undefined ? { value: setting.value ?? null } : { masked: setting.masked }),
      default: setting.isDefault,
    };
  return {
    ...{ version: ENVIRONMENTS_VERSION, from, to },
    differences: differences.map((one) => ({ setting: one.path, from: side(one.from), to: side(one.to) })),
    ...{ notCompared, same },
  };
}

/** What was written, and what is to be done before the first `pulumi up`. */
export function renderNew(options: NewEnvironmentOptions, { leftOut }: NewEnvironment): string {
  const { name, from } = options;
  const kept = [
    ...(options.awsAccount === undefined ? ["sluice:aws.accountId"] : []),
    ...(options.awsRegion === undefined ? ["sluice:aws.region"] : []),
    ...(options.googleProject === undefined ? ["sluice:google.projectId"] : []),
    ...(options.googleProjectNumber === undefined ? ["sluice:google.projectNumber"] : []),
  ];
  const steps = [
    ...(kept.length > 0 ? [`look at what is still ${from}'s: ${kept.join(", ")}`] : []),
    "go through its comments, sizes, retention and sluice:load",
    `sluice env diff ${from} ${name}`,
    `sluice bootstrap aws --stack ${name} --repository OWNER/NAME, and bootstrap google`,
    `pulumi stack init ${name}, with the secrets provider that bootstrap prints, and pulumi preview --stack ${name}`,
    "policy/policy.yaml where its bounds are to be others, .github/workflows where it is to be deployed by them",
  ];
  return [
    `stacks/Pulumi.${name}.yaml is written, made from ${from}.`,
    ...(leftOut.length > 0 ? ["Left out:", ...leftOut.map(({ setting, reason }) => `  ${setting}: ${reason}`)] : []),
    "Next:",
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    "",
  ].join("\n");
}
