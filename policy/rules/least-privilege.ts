import type { Rule, Violation } from "../rule.ts";
import { type PolicyStack, textAt, textsAt } from "../stack.ts";
import { type PolicyDocument, type Statement, documentsOf } from "../statements.ts";

/** A wildcard at the end, behind a named thing: all objects below a prefix, all streams of one log group. */
const BELOW_A_NAME = /^arn:[^*?]+:[^*?]*[^*?:/][/:]\*$/;
/** Actions that know no resources, so that * says no more than their name does. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
const WITHOUT_RESOURCES: readonly string[] = ["cloudwatch:GetMetricData"];
const PROJECT_WIDE = /^gcp:projects\/iAM(Member|Binding|Policy)/;
const BASIC_ROLE = /^roles\/(owner|editor|viewer)$/;

/** Roles may do just what their work needs. */
export const leastPrivilege: Rule = {
  name: "least-privilege",
  description: "No Allow names an action or a resource by *, and no Google role is a basic or a project-wide one.",
  why: "A consumer that is taken over can then do no more than its own work: it cannot read the archive, nor touch another backend.",
  fix: "list the actions and the ARNs; a * may only end an ARN below a named bucket prefix or log group",
  link: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  check: (stack) => [...documentsOf(stack).flatMap(inDocument), ...inGoogle(stack)],
};

function inDocument({ holder, kind, statements }: PolicyDocument): readonly Violation[] {
  const say = (message: string): Violation => ({ resource: holder.name, message });
  if (statements === undefined) return [say("its policy document cannot be read")];
  return statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap((statement) => [
      ...wideActions(statement).map((action) => say(`a statement allows ${action}`)),
      // In a key's own policy * is that key and nothing else: docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html.
      ...(kind === "key"
        ? []
        : wideResources(statement).map((resource) => say(`a statement allows something on ${resource}`))),
    ]);
}

function wideActions({ Action = [], NotAction }: Statement): readonly string[] {
  return [
    ...Action.filter((action) => action.includes("*")),
    ...(NotAction === undefined ? [] : ["all but a list of actions"]),
  ];
}

function wideResources({ Action = [], Resource = [], NotResource }: Statement): readonly string[] {
  if (Action.length > 0 && Action.every((action) => WITHOUT_RESOURCES.includes(action))) return [];
  const wide = Resource.filter((resource) => /[*?]/.test(resource) && !BELOW_A_NAME.test(resource));
  return [...wide, ...(NotResource === undefined ? [] : ["all but a list of resources"])];
}

function inGoogle({ resources }: PolicyStack): readonly Violation[] {
  return resources.flatMap(({ type, name, inputs }) => {
    const say = (message: string): Violation => ({ resource: name, message });
    const role = textAt(inputs, "role");
    return [
      ...(PROJECT_WIDE.test(type) ? [say(`${role} is given for the whole project`)] : []),
      ...(BASIC_ROLE.test(role) ? [say(`${role} is a basic role`)] : []),
      ...textsAt(inputs, "permissions")
        .filter((permission) => permission.includes("*"))
        .map((permission) => say(`the role has ${permission}`)),
    ];
  });
}
