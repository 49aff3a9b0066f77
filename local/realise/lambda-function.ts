import { numberOf, textOf, textsOf } from "./realiser.ts";
import type { FileArchive } from "../graph.ts";
import type { Inputs, Realiser } from "./realiser.ts";

/** A function: worker processes that load the unmodified bundle. */
export const lambdaFunction: Realiser = {
  type: "aws:lambda/function:Function",
  behaviour: "real",
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
  create({ id, inputs }, { lambda, roles, sessions }) {
    const roleArn = textOf(inputs, "role");
    if (!roles.has(roleArn)) throw new Error(`there is no role ${roleArn}`);
    const reserved = numberOf(inputs, "reservedConcurrentExecutions") ?? -1;
    lambda.createFunction({
      name: id,
      files: (inputs["code"] as FileArchive).files,
      handler: textOf(inputs, "handler"),
      memoryMb: numberOf(inputs, "memorySize") ?? 128,
      timeoutSeconds: numberOf(inputs, "timeout") ?? 3,
      environment: textsOf((inputs["environment"] ?? {}) as Inputs, "variables"),
      roleArn,
      // Lambda's sessions of a function's role are named like the function.
      credentials: sessions.issue(roleArn, id),
      logGroup: (inputs["loggingConfig"] as { logGroup?: string } | undefined)?.logGroup ?? `/aws/lambda/${id}`,
      ...(reserved >= 0 ? { reservedConcurrency: reserved } : {}),
    });
  },
};
