import { rateMs } from "../scheduler/rate.ts";
import type { Services } from "../services.ts";
import { numberOf, optionalTextOf, textOf, withBehaviour } from "./realiser.ts";
import type { Inputs, Realised } from "./realiser.ts";

const FUNCTION_ARN = /^arn:aws:lambda:[^:]+:\d+:function:([^:]+)$/;
/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const DEFAULT_RETRIES = 185;
/** Inputs with which a schedule would run otherwise than it does here. */
const NOT_RUN = ["groupName", "startDate", "endDate", "actionAfterCompletion"] as const;

/** A schedule of EventBridge Scheduler: invokes a function at a fixed rate. */
export const schedulerSchedule = withBehaviour({
  type: "aws:scheduler/schedule:Schedule",
  fixed: ["name"],
  outputs(inputs, { region, accountId }) {
    const name = textOf(inputs, "name");
    return { id: `default/${name}`, arn: `arn:aws:scheduler:${region}:${accountId}:schedule/default/${name}` };
  },
  refusal: (_, inputs) => problemOf(inputs),
  create: put,
  update: (_, resource, services) => put(resource, services),
  delete({ id }, { scheduler }) {
    scheduler.delete(id);
  },
  read: (id, { scheduler }) => scheduler.inputs(id),
});

/** Errors leave what there was. A function may go and come back under a schedule: it is looked up at each invocation. */
function put({ id, inputs }: Realised, { lambda, roles, scheduler }: Services): void {
  const problem = problemOf(inputs);
  if (problem !== undefined) throw new Error(problem);
  const target = targetOf(inputs);
  const [arn, roleArn] = [textOf(target, "arn"), textOf(target, "roleArn")];
  const functionName = FUNCTION_ARN.exec(arn)?.[1];
  if (functionName === undefined) throw new Error(`target.arn ${arn} is no function`);
  if (lambda.configuration(functionName) === undefined) throw new Error(`there is no function ${functionName}`);
  if (![...roles.values()].includes(roleArn)) throw new Error(`there is no role ${roleArn}`);
  // Without an input AWS sends an event of its own, which nothing of ours reads.
  const event = Buffer.from(optionalTextOf(target, "input") ?? "{}");
  scheduler.put(id, {
    inputs,
    everyMs: inputs["state"] === "DISABLED" ? undefined : rateMs(textOf(inputs, "scheduleExpression")),
    invoke: () => lambda.invoke(functionName, event, 0),
  });
}

/** What of a schedule is not run here, `undefined` where all of it is. */
function problemOf(inputs: Inputs): string | undefined {
  const expression = textOf(inputs, "scheduleExpression");
  if (rateMs(expression) === undefined) {
    return `schedule expression ${expression} is not run locally: only rates are, such as rate(1 minute)`;
  }
  const window = (inputs["flexibleTimeWindow"] as Inputs | undefined)?.["mode"];
  if (window !== "OFF") return `flexibleTimeWindow.mode ${JSON.stringify(window)} is not run locally: only OFF is`;
  const unknown = NOT_RUN.find((name) => inputs[name] !== undefined);
  if (unknown !== undefined) return `${unknown} is not run locally`;
  const policy = (targetOf(inputs)["retryPolicy"] ?? {}) as Inputs;
  const retries = numberOf(policy, "maximumRetryAttempts") ?? DEFAULT_RETRIES;
  if (retries !== 0) return `target.retryPolicy.maximumRetryAttempts ${retries} is not run locally: only 0 is`;
  return undefined;
}

function targetOf(inputs: Inputs): Inputs {
  return (inputs["target"] ?? {}) as Inputs;
}
