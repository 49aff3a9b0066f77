import { isDeepStrictEqual } from "node:util";
import type { FileArchive } from "../graph.ts";
import type { FunctionConfig } from "../lambda/types.ts";
import { numberOf, textOf, textsOf, withBehaviour } from "./realiser.ts";
import type { Inputs, Realised } from "./realiser.ts";

/** A function: worker processes that load the unmodified bundle. */
export const lambdaFunction = withBehaviour({
  type: "aws:lambda/function:Function",
  fixed: ["name"],
  outputs(inputs, { region, accountId }) {
    const name = textOf(inputs, "name");
    const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    return {
      id: name,
      arn,
      qualifiedArn: `${arn}:$LATEST`,
      invokeArn: `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
      version: "$LATEST",
    };
  },
  create(resource, { lambda, roles, sessions }) {
    const settings = declaredSettings(resource);
    requireRole(settings.roleArn, roles);
    // Lambda's sessions of a function's role are named like the function.
    const credentials = sessions.issue(settings.roleArn, resource.id);
    lambda.createFunction({ name: resource.id, files: filesOf(resource), credentials, ...settings });
  },
  update(old, resource, { lambda, roles, sessions }) {
    const { id } = resource;
    const [before, after] = [declaredSettings(old), declaredSettings(resource)];
    requireRole(after.roleArn, roles);
    const hasNewRole = after.roleArn !== before.roleArn;
    // Each of the two ends the warm processes, so neither without need.
    if (!isDeepStrictEqual(filesOf(old), filesOf(resource))) lambda.updateCode(id, filesOf(resource));
    if (!isDeepStrictEqual(before, after)) {
      lambda.updateConfiguration(id, {
        ...after,
        ...(hasNewRole && { credentials: sessions.issue(after.roleArn, id) }),
      });
    }
  },
  async delete({ id }, { lambda, sessions }) {
    const config = lambda.configuration(id);
    if (config === undefined) return;
    await lambda.deleteFunction(id);
    sessions.revoke(config.credentials.accessKeyId);
  },
  read(id, { lambda }) {
    const config = lambda.configuration(id);
    if (config === undefined) return undefined;
    const { environment, reservedConcurrency } = config;
    return {
      name: id,
      handler: config.handler,
      memorySize: config.memoryMb,
      timeout: config.timeoutSeconds,
      role: config.roleArn,
      loggingConfig: { logGroup: config.logGroup },
      ...(Object.keys(environment).length > 0 && { environment: { variables: environment } }),
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    };
  },
});

function filesOf({ inputs }: Realised): FileArchive["files"] {
  return (inputs["code"] as FileArchive).files;
}

/** A function's settings, with the provider's defaults. */
function declaredSettings({ id, inputs }: Realised): Omit<FunctionConfig, "name" | "files" | "credentials"> {
  const reserved = numberOf(inputs, "reservedConcurrentExecutions") ?? -1;
  return {
    handler: textOf(inputs, "handler"),
    memoryMb: numberOf(inputs, "memorySize") ?? 128,
    timeoutSeconds: numberOf(inputs, "timeout") ?? 3,
    environment: textsOf((inputs["environment"] ?? {}) as Inputs, "variables"),
    roleArn: textOf(inputs, "role"),
    logGroup: (inputs["loggingConfig"] as { logGroup?: string } | undefined)?.logGroup ?? `/aws/lambda/${id}`,
    reservedConcurrency: reserved >= 0 ? reserved : undefined,
  };
}

function requireRole(arn: string, roles: ReadonlyMap<string, string>): void {
  if (![...roles.values()].includes(arn)) throw new Error(`there is no role ${arn}`);
}
