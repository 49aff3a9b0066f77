import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

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
};
