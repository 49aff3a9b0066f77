/** Rules about keys, logs, tags, places and money. */
import { backendsOf } from "../backends.ts";
import type { Rule, Violation } from "../rule.ts";
import { type Inputs, type PolicyResource, numberAt, objectAt, ofType, textAt } from "../stack.ts";

/** What a Google service account's key file has in it. */
const KEY_MATERIAL = /-----BEGIN (RSA |EC )?PRIVATE KEY-----|"private_key(_id)?"\s*:|"type"\s*:\s*"service_account"/;

/** Keyless federation, everywhere. */
export const noStoredGoogleKey: Rule = {
  name: "no-stored-google-key",
  description: "No service account key is made, and none stands in any input.",
  why: "A key works for whoever has it and until somebody revokes it; federation gives tokens for an hour to one role.",
  fix: "let the function exchange its own role for a token (docs/operations.md)",
  link: "https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys",
  check: ({ resources }) => [
    ...resources
      .filter(({ type }) => type === "gcp:serviceaccount/key:Key")
      .map(({ name }) => ({ resource: name, message: "a service account key is made and kept in the state" })),
    ...resources
      .filter(({ inputs }) => texts(inputs).some((text) => KEY_MATERIAL.test(text)))
      .map(({ name }) => ({ resource: name, message: "an input holds a private key" })),
  ],
};

/** Logs end some day. */
export const logRetention: Rule = {
  name: "log-retention",
  description: "Every function writes to a declared log group, and every log group has an end.",
  why: "A log group that Lambda makes by itself is kept and billed for ever.",
  fix: "declare the log group with retentionInDays and name it in the function's loggingConfig",
  link: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
  check: (stack, { maximumLogRetentionDays }) => {
    const groups = ofType(stack, "aws:cloudwatch/logGroup:LogGroup");
    const named = new Set(groups.map(({ inputs }) => textAt(inputs, "name")));
    return [
      ...groups
        .map(({ name, inputs }) => ({ name, days: numberAt(inputs, "retentionInDays") ?? 0 }))
        .filter(({ days }) => days === 0 || days > maximumLogRetentionDays)
        .map(({ name, days }) => ({
          resource: name,
          message: `logs are kept ${days === 0 ? "for ever" : `for ${days} days`}, longer than ${maximumLogRetentionDays} days`,
        })),
      ...ofType(stack, "aws:lambda/function:Function")
        .filter(({ inputs }) => !named.has(textAt(objectAt(inputs, "loggingConfig"), "logGroup")))
        .map(({ name }) => ({ resource: name, message: "its logs go to a group that the stack does not declare" })),
    ];
  },
};

/** AWS resources without tags of their own, and Google's that take labels. */
const UNTAGGABLE =
  /^aws:(kms\/alias|iam\/rolePolicy|s3\/bucket[A-Z]|sns\/(topicPolicy|topicSubscription)|cloudwatch\/dashboard|lambda\/permission|kinesis\/resourcePolicy)/;
const LABELLED = /^gcp:bigquery\/(dataset|table):/;
const OWNERS = ["project", "environment", "backend"];

/** Every bill line has an owner. */
export const tagged: Rule = {
  name: "tagged",
  description:
    "Whatever takes tags or labels has project, environment and backend, and what belongs to one backend its name.",
  why: "Costs are told apart by tags; what has none is nobody's.",
  fix: "leave the providers' default tags and labels on, and tag a backend's resources with backend",
  link: "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html",
  check: (stack) => {
    const backends = backendsOf(stack);
    return stack.resources.filter(takesTags).flatMap((resource): readonly Violation[] => {
      const tags = tagsOf(resource);
      const backend = backends.find((name) => resource.type.startsWith("aws:") && belongsTo(resource, name));
      const missing = OWNERS.filter((owner) => textAt(tags, owner) === "");
      const tag = textAt(tags, "backend");
      const right = backend === undefined || tag === "" || tag === backend;
      return [
        ...missing.map((owner) => ({ resource: resource.name, message: `it has no ${owner}` })),
        ...(right ? [] : [{ resource: resource.name, message: `it is ${backend}'s and tagged ${tag}` }]),
      ];
    });
  },
};

/** Suffixes of a backend's own resources; a bucket called after the archive belongs to the stack. */
const OF_BACKEND = /-(function|role|logs|mapping|fan-out)$/;

function belongsTo({ name }: PolicyResource, backend: string): boolean {
  return name.startsWith(`${backend}-`) && OF_BACKEND.test(name);
}

function takesTags({ type }: PolicyResource): boolean {
  return (type.startsWith("aws:") && !UNTAGGABLE.test(type)) || LABELLED.test(type);
}

function tagsOf({ type, inputs, providerInputs = {} }: PolicyResource): Inputs {
  if (type.startsWith("gcp:")) return { ...parsed(providerInputs, "defaultLabels"), ...objectAt(inputs, "labels") };
  return { ...objectAt(parsed(providerInputs, "defaultTags"), "tags"), ...objectAt(inputs, "tags") };
}

/** A provider's object arrives as JSON text from the program and as an object from the engine. */
function parsed(inputs: Inputs, key: string): Inputs {
  try {
    return objectAt({ [key]: JSON.parse(textAt(inputs, key)) as unknown }, key);
  } catch {
    return objectAt(inputs, key);
  }
}

/** Data stays where it may be. */
export const allowedRegions: Rule = {
  name: "allowed-regions",
  description: "Providers and datasets are in the allowed regions and locations.",
  why: "Where players' data lies is a promise to them and often law.",
  fix: "change aws.region or google.location, or allow the place in policy/policy.yaml",
  link: "https://cloud.google.com/bigquery/docs/locations",
  check: (stack, { allowedRegions: allowed }) => {
    const places = [
      ...ofType(stack, "pulumi:providers:aws").map(({ name, inputs }) => ({ name, place: textAt(inputs, "region") })),
      ...ofType(stack, "gcp:bigquery/dataset:Dataset").map(({ name, inputs }) => ({
        name,
        place: textAt(inputs, "location"),
      })),
    ];
    return places
      .filter(({ place }) => !allowed.includes(place))
      .map(({ name, place }) => ({
        resource: name,
        message: `${place || "no place"} is not among the allowed regions`,
      }));
  },
};

/** No surprise at the end of the month. */
export const budgetCeiling: Rule = {
  name: "budget-ceiling",
  description: "A month at the declared load costs no more than the environment's budget.",
  why: "Shards, fan-out and traffic add up quietly; a bill is too late to hear of them.",
  fix: "see sluice cost --stack for the lines, or raise monthlyBudgetUsd in policy/policy.yaml",
  link: "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html",
  check: ({ environment, monthlyUsd }, { monthlyBudgetUsd }) =>
    monthlyUsd === undefined || monthlyUsd <= monthlyBudgetUsd
      ? []
      : [
          {
            resource: environment,
            message: `a month costs about $${Math.round(monthlyUsd)}, more than $${monthlyBudgetUsd}`,
          },
        ],
};

function texts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || "files" in value) return [];
  return Object.values(value).flatMap(texts);
}
