/** The few lines of an environment that tell it from another. */
import type { StackConfig } from "../../infra/stack-config.ts";
import { assumedLoad } from "../../preview/figures.ts";
import { GZIP_RATIO } from "../../model/assumptions.ts";
import { costOf } from "../cost/result.ts";
import { type Project, stacksOf } from "../preview/project.ts";
import { UsageError } from "../errors.ts";
import { readEnvironment } from "./read-environment.ts";

/** The stack of the embedded cloud. */
const LOCAL = "local";

/** One environment of the list. */
export interface EnvironmentSummary {
  readonly stack: string;
  readonly awsAccount: string;
  readonly awsRegion: string;
  readonly googleProject: string;
  readonly googleLocation: string;
  /** `undefined` with an on-demand stream. */
  readonly shards: number | undefined;
  readonly backends: readonly { readonly name: string; readonly fanOut: boolean }[];
  readonly protected: boolean;
  /** Log records a second. */
  readonly load: { readonly recordsPerSecond: number; readonly recordBytes: number; readonly declared: boolean };
  /** At that load; `undefined` for the embedded cloud, which costs nothing. */
  readonly monthlyUsd: number | undefined;
}

/** An environment whose file has problems. */
export interface BrokenEnvironment {
  readonly stack: string;
  /** Every problem: field, value, rule and fix. */
  readonly problem: string;
}

/** Every environment of a project, in order of name; one that cannot be read does not hide the others. */
export function summaries(project: Project): readonly (EnvironmentSummary | BrokenEnvironment)[] {
  return stacksOf(project).map((stack) => {
    try {
      return summaryOf(readEnvironment(project, stack).config);
    } catch (error) {
      if (error instanceof UsageError) return { stack, problem: error.message };
      throw error;
    }
  });
}

function summaryOf(config: StackConfig): EnvironmentSummary {
  const { environment, aws, google, stream, backends, protectData } = config;
  const { recordsPerSecond: rate, recordBytes: recordSize, format } = config.load ?? assumedLoad(stream.shardCount);
  const { sluice } = costOf({ rate, recordSize, format, gzipRatio: GZIP_RATIO, freeTier: false }, config);
  return {
    stack: environment,
    awsAccount: aws.accountId,
    awsRegion: aws.region,
    googleProject: google.projectId,
    googleLocation: google.location,
    shards: stream.mode === "provisioned" ? stream.shardCount : undefined,
    backends: backends.map(({ name, fanOut }) => ({ name, fanOut })),
    protected: protectData,
    load: { recordsPerSecond: rate, recordBytes: recordSize, declared: config.load !== undefined },
    monthlyUsd: environment === LOCAL ? undefined : Math.round(sluice.totals.usd * 100) / 100,
  };
}
