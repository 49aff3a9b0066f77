import type { FunctionConfig } from "./types.ts";

/** Where a function lives. */
export interface FunctionPlace {
  readonly region: string;
  readonly accountId: string;
  /** Folder of its code. */
  readonly taskRoot: string;
  readonly logStream: string;
}

export function functionArn(name: string, place: Pick<FunctionPlace, "region" | "accountId">): string {
  return `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`;
}

/**
 * The whole environment of a function's process: what is declared, what Lambda sets, and the endpoints of the local cloud; nothing of
 * this machine's. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function processEnvironment(
  config: FunctionConfig,
  place: FunctionPlace,
  endpoints: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...config.environment,
    ...endpoints,
    _HANDLER: config.handler,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: config.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: config.credentials.sessionToken,
    LAMBDA_TASK_ROOT: place.taskRoot,
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin:/opt/bin",
    TZ: ":UTC",
  };
}

/**
 * V8's limits for a memory size, as the bootstrap script of Lambda's Node.js runtime works them out: 90 % for the old space, 5 % for
 * the young one (three semi-spaces), the rest for buffers.
 * https://dev.to/wonderfulsoap/deep-dive-into-aws-lambda-3-official-nodejs-runtime-analysis-43je
 */
export function heapFlags(memoryMb: number): string[] {
  const oldSpace = memoryMb - Math.floor(memoryMb / 10);
  const semiSpace = Math.max(1, Math.floor(Math.floor(memoryMb / 20) / 3));
  return [`--max-semi-space-size=${semiSpace}`, `--max-old-space-size=${oldSpace}`];
}
