import { ownUuid, textOf, withoutBehaviour } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

const KEY = "aws:kms/key:Key";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

/** AWS resources that do nothing on a laptop: encryption, permissions, mails and log settings. */
export const awsWithoutBehaviour: readonly Realiser[] = [
  withoutBehaviour("pulumi:providers:aws", (_, { name }) => ({ id: name })),
  withoutBehaviour(KEY, (_, context) => {
    const keyId = ownUuid(KEY, context);
    return { id: keyId, keyId, arn: `arn:aws:kms:${context.region}:${context.accountId}:key/${keyId}` };
  }),
  withoutBehaviour("aws:kms/alias:Alias", (inputs, { region, accountId }) => {
    const name = textOf(inputs, "name");
    return { id: name, arn: `arn:aws:kms:${region}:${accountId}:${name}` };
  }),
  withoutBehaviour("aws:iam/rolePolicy:RolePolicy", (inputs) => ({
    id: `${textOf(inputs, "role")}:${textOf(inputs, "name")}`,
  })),
  withoutBehaviour("aws:cloudwatch/logGroup:LogGroup", (inputs, { region, accountId }) => {
    const name = textOf(inputs, "name");
    return { id: name, arn: `arn:aws:logs:${region}:${accountId}:log-group:${name}` };
  }),
  withoutBehaviour("aws:sns/topic:Topic", (inputs, { region, accountId }) => {
    const arn = `arn:aws:sns:${region}:${accountId}:${textOf(inputs, "name")}`;
    return { id: arn, arn };
  }),
  withoutBehaviour("aws:sns/topicPolicy:TopicPolicy", (inputs) => ({ id: textOf(inputs, "arn") })),
  withoutBehaviour(SUBSCRIPTION, (inputs, context) => {
    const arn = `${textOf(inputs, "topic")}:${ownUuid(SUBSCRIPTION, context)}`;
    return { id: arn, arn };
  }),
  // A schedule's invocations are never tried again here, which is what the program declares.
  withoutBehaviour("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", (inputs) => ({
    id: textOf(inputs, "functionName"),
  })),
  withoutBehaviour("aws:ecs/cluster:Cluster", (inputs, { region, accountId }) => {
    const arn = `arn:aws:ecs:${region}:${accountId}:cluster/${textOf(inputs, "name")}`;
    return { id: arn, arn };
  }),
  // A component made by its own plugin: nothing of it is known here.
  withoutBehaviour("awsx:ecs:FargateService", () => ({ id: "" })),
];
