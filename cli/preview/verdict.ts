/** What the command says last, of the exit code that it ends with. Pure. */
import { type Preview, beyondResharding } from "../../preview/preview.ts";
import { count } from "../../preview/words.ts";
import { CommandError, describeError } from "../errors.ts";

/** What cannot be deployed, a line for each stack; of a program that fails its message and stack, too. */
export function failureLines({ environments, engine = false }: Preview): readonly string[] {
  return environments.flatMap(({ stack, failure }) => {
    if (failure === undefined) return [];
    const { problems, trace } = failure;
    const fails = engine ? "Pulumi's engine cannot preview it" : "its program fails";
    const what = trace === undefined ? `${count(problems.length, "problem")} of its configuration` : fails;
    return [
      describeError(
        new CommandError(`${stack} cannot be deployed: ${what}`, trace === undefined ? {} : { hint: trace }),
      ),
    ];
  });
}

/** What `--fail-on` stops a change for: nothing, violated mandatory policies, or these and lost data. */
export type FailOn = "none" | "mandatory" | "data-loss";

/** Why `--fail-on` refuses a change, in one line; `undefined` where it does not. */
export function refusalLine(preview: Preview, failOn: FailOn): string | undefined {
  if (failOn === "none") return undefined;
  const reasons = [
    ...violations(preview),
    ...beyondResharding(preview).map((stack) => `shards beyond ×½–×2 of those that there are in ${stack}`),
    ...(failOn === "data-loss" ? losses(preview) : []),
  ];
  return reasons.length === 0 ? undefined : `sluice: refused by --fail-on ${failOn}: ${reasons.join("; ")}\n`;
}

function violations({ environments }: Preview): readonly string[] {
  return environments.flatMap(({ stack, policy }) => {
    const mandatory = [...policy.new, ...policy.standing].filter(({ severity }) => severity === "mandatory");
    return mandatory.length === 0 ? [] : [`${count(mandatory.length, "violation")} of mandatory policies in ${stack}`];
  });
}

function losses({ environments }: Preview): readonly string[] {
  const stacks = (severity: "lost" | "refused") =>
    environments.filter(({ data }) => data.some((finding) => finding.severity === severity)).map(({ stack }) => stack);
  const lost = stacks("lost");
  const stopped = stacks("refused").filter((stack) => !lost.includes(stack));
  return [
    ...(lost.length > 0 ? [`data would be lost in ${lost.join(", ")}`] : []),
    ...(stopped.length > 0 ? [`data would be lost in ${stopped.join(", ")} if nothing stopped the deployment`] : []),
  ];
}
