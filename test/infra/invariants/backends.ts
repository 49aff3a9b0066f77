import { settingOf } from "../support/render-graph.ts";
import { at, each } from "./invariant.ts";
import type { Invariant } from "./invariant.ts";

/** Each mapping has all the settings that decide what is lost, and when. */
export const mappingsLoseNothing: Invariant = ({ graph, config }) => {
  const deadLetters = graph.resources.find(({ name }) => name === "dead-letter-bucket")?.outputs["arn"];
  return each(graph, "aws:lambda/eventSourceMapping:EventSourceMapping", ({ name, inputs, deleteBeforeReplace }) => {
    const backend = config.backends.find((candidate) => `${candidate.name}-mapping` === name)!;
    const attempts = inputs["maximumRetryAttempts"] as number;
    const ageSeconds = inputs["maximumRecordAgeInSeconds"] as number;
    const outageSeconds = config.toleratedOutageHours * 3600;
    const start = backend.fanOutSwitches.length === 0 ? "TRIM_HORIZON" : "AT_TIMESTAMP";
    return [
      at(inputs, "destinationConfig", "onFailure", "destinationArn") !== deadLetters && "has no failure target",
      inputs["startingPosition"] !== start && `starts at ${String(inputs["startingPosition"])}`,
      at(inputs, "functionResponseTypes", 0) !== "ReportBatchItemFailures" && "takes no partial answer",
      at(inputs, "metricsConfig", "metrics", 0) !== "EventCount" && "has no metrics",
      attempts * backend.timeoutSeconds < outageSeconds && "gives up before the tolerated outage is over",
      ageSeconds < outageSeconds && "drops records before the tolerated outage is over",
      ageSeconds > (config.stream.retentionHours - 3) * 3600 && "lets retention trim records unseen",
      inputs["bisectBatchOnFunctionError"] !== (backend.name !== "archive") && "bisects otherwise",
      !deleteBeforeReplace && "would have a second one beside it when replaced",
    ];
  });
};

/** Each function has a log group with retention, and runs on what is current. */
export const functionsAreSound: Invariant = ({ graph, config }) => {
  const groups = graph.resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
  return each(graph, "aws:lambda/function:Function", ({ inputs, dependencies }) => {
    const group = groups.find((candidate) => candidate.inputs["name"] === at(inputs, "loggingConfig", "logGroup"));
    return [
      group === undefined && "has no log group",
      group !== undefined && !dependencies.includes(group.urn) && "does not wait for its log group",
      group?.inputs["retentionInDays"] !== config.logRetentionDays && "keeps its logs for another time",
      at(inputs, "loggingConfig", "logFormat") !== "Text" && "would wrap its embedded metrics",
      inputs["runtime"] !== "nodejs24.x" && "runs on another runtime",
      at(inputs, "architectures", 0) !== "arm64" && "runs on another architecture",
    ];
  });
};

/** Namespace and metric → dimensions. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
const DIMENSIONS: Readonly<Record<string, string>> = {
  "AWS/Kinesis IncomingRecords": "StreamName",
  "AWS/Kinesis WriteProvisionedThroughputExceeded": "StreamName",
  "AWS/Lambda DestinationDeliveryFailures": "FunctionName",
  "AWS/Lambda DroppedEventCount": "EventSourceMappingUUID",
  "AWS/Lambda Errors": "FunctionName",
  "AWS/Lambda Invocations": "FunctionName",
  "AWS/Lambda FailedInvokeEventCount": "EventSourceMappingUUID",
  "AWS/Lambda IteratorAge": "FunctionName",
  "AWS/Lambda OnFailureDestinationDeliveredEventCount": "EventSourceMappingUUID",
  "AWS/Lambda PolledEventCount": "EventSourceMappingUUID",
  "AWS/Lambda Throttles": "FunctionName",
  "Sluice ShardCountHindered": "stream",
  "Sluice RecordsDiverted": "backend,stream",
  "Sluice RecordsQuarantined": "backend,stream",
};

/** Each alarm watches metrics that exist, with their dimensions, tells the topic, and says where its runbook is. */
export const alarmsWatch: Invariant = ({ graph }) => {
  const topic = graph.resources.find(({ type }) => type === "aws:sns/topic:Topic")?.outputs["arn"];
  const known = new Set<unknown>(
    graph.resources.flatMap(({ inputs, outputs, type }) =>
      type.startsWith("aws:lambda/") || type.startsWith("aws:kinesis/") ? [inputs["name"], outputs["uuid"]] : [],
    ),
  );
  return each(graph, "aws:cloudwatch/metricAlarm:MetricAlarm", ({ inputs }) => {
    const queries = (inputs["metricQueries"] as readonly { id: string; expression?: string; metric?: unknown }[]) ?? [];
    const metrics =
      queries.length > 0 ? queries.flatMap(({ metric }) => (metric === undefined ? [] : [metric])) : [inputs];
    const expression = queries.find((query) => query.expression !== undefined)?.expression ?? "";
    const ids = queries.filter(({ metric }) => metric !== undefined).map(({ id }) => id);
    return [
      metrics.length === 0 && "watches no metric",
      at(inputs, "alarmActions", 0) !== topic && "tells nobody",
      !/Runbook: docs\/operations\.md#[a-z-]+$/.test(String(inputs["alarmDescription"])) && "has no runbook",
      ...ids.filter((id) => !expression.includes(id)).map((id) => `does not use ${id}`),
      ...metrics.flatMap((metric) => {
        const dimensions = (at(metric, "dimensions") ?? {}) as Record<string, string>;
        const title = `${String(at(metric, "namespace"))} ${String(at(metric, "metricName"))}`;
        const { backend, ...others } = dimensions;
        return [
          Object.keys(dimensions).sort().join() !== DIMENSIONS[title] && `${title} has no such dimensions`,
          backend !== undefined && !known.has(`${String(others["stream"])}`) && "names another stream",
          ...Object.values(others).map((value) => !known.has(value) && `nothing is called ${value}`),
        ];
      }),
    ];
  });
};

/** Exactly the roles of the functions that may write get a token, for the one account, and may do two things to 16 tables. */
export const federationIsNarrow: Invariant = ({ graph, config }) => {
  const writers = config.backends.filter(({ grants }) => grants.includes("google-warehouse-write"));
  const roles = writers.map(
    ({ name }) => graph.resources.find((resource) => resource.name === `${name}-role`)?.inputs["name"],
  );
  const pool = graph.resources.find(({ type }) => type.endsWith(":WorkloadIdentityPool"))?.outputs["name"];
  const email = graph.resources.find(({ type }) => type === "gcp:serviceaccount/account:Account")?.outputs["email"];
  const extract = "assertion.arn.extract('assumed-role/{role}/')";
  const members = graph.resources.filter(({ type }) => type === "gcp:serviceaccount/iAMMember:IAMMember");
  const tables = graph.resources.filter(({ type }) => type === "gcp:bigquery/iamMember:IamMember");
  return [
    ...each(graph, "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", ({ inputs }) => [
      at(inputs, "aws", "accountId") !== config.aws.accountId && "takes another account",
      at(inputs, "attributeMapping", "google.subject") !== extract && "maps another subject",
      at(inputs, "attributeMapping", "attribute.aws_role") !== extract && "maps another role",
      inputs["attributeCondition"] !==
        `attribute.aws_role in [${roles.map((role) => `'${String(role)}'`).join(", ")}]` && "lets other roles in",
    ]),
    ...each(graph, "gcp:projects/iAMCustomRole:IAMCustomRole", ({ inputs }) => [
      String(inputs["permissions"]) !== "bigquery.tables.get,bigquery.tables.updateData" && "has other permissions",
    ]),
    ...(members.length === writers.length ? [] : ["another number of roles may act as the account"]),
    ...roles
      .map((role) => `principalSet://iam.googleapis.com/${String(pool)}/attribute.aws_role/${String(role)}`)
      .filter((member) => !members.some(({ inputs }) => inputs["member"] === member))
      .map((member) => `${member} may not act as the account`),
    ...(new Set(tables.map(({ inputs }) => inputs["tableId"])).size === 16 ? [] : ["not all 16 tables are granted"]),
    ...tables
      .filter(({ inputs }) => inputs["member"] !== `serviceAccount:${String(email)}`)
      .map(({ name }) => `${name} is for another account`),
  ];
};

/** AWS types whose tags the program sets itself; the provider's default tags reach the others too. */
const TAGGED = /:(?:Function|Role|LogGroup|MetricAlarm|StreamConsumer|EventSourceMapping)$/;

/** Every resource has an explicit provider, which tags it; what belongs to a backend says so. */
export const everythingIsTagged: Invariant = ({ graph, config }) => [
  ...graph.resources
    .filter(({ custom, type, provider }) => custom && !type.startsWith("pulumi:") && provider === undefined)
    .map(({ name }) => `${name} has no explicit provider`),
  ...each(graph, "pulumi:providers:aws", ({ inputs }) => [
    at(settingOf(inputs["allowedAccountIds"]), 0) !== config.aws.accountId && "takes any account",
    at(settingOf(inputs["defaultTags"]), "tags", "project") !== config.project && "tags no project",
    at(settingOf(inputs["defaultTags"]), "tags", "environment") !== config.environment && "tags no environment",
    at(settingOf(inputs["defaultTags"]), "tags", "backend") !== "shared" && "tags no backend",
  ]),
  ...each(graph, "pulumi:providers:gcp", ({ inputs }) => [
    at(settingOf(inputs["defaultLabels"]), "project") !== config.project && "labels no project",
    at(settingOf(inputs["defaultLabels"]), "environment") !== config.environment && "labels no environment",
    at(settingOf(inputs["defaultLabels"]), "backend") !== "shared" && "labels no backend",
  ]),
  ...graph.resources
    .filter(({ type, parent }) => TAGGED.test(type) && parent?.includes("sluice:index:Backend::") === true)
    .filter(({ inputs, parent }) => at(inputs, "tags", "backend") !== parent?.split("::").at(-1))
    .map(({ name }) => `${name} does not say whose it is`),
];
