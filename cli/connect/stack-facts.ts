import { z } from "zod";
import { stackNames } from "../../infra/names.ts";
import type { StackConfig } from "../../infra/stack-config.ts";

/** What commands need to know of a stack beyond where its services answer; also the content of a run's `stack.json`. */
export const stackFactsSchema = z.object({
  /** What names of the stack's resources begin with, `sluice-dev`; absent in runs of earlier versions. */
  namePrefix: z.string().optional(),
  streamName: z.string(),
  region: z.string(),
  /** `""` for the stream's first generation. */
  generation: z.string(),
  /** Record limit, data and partition key together, in bytes. */
  maxRecordBytes: z.int().positive(),
  record: z.object({ playerIdField: z.string(), timestampField: z.string(), eventField: z.string() }),
  /** Absent where no backend writes to it. */
  archiveBucket: z.string().optional(),
  deadLetterBucket: z.string(),
  /** Google's side; absent where no backend writes to it. */
  google: z
    .object({
      project: z.string(),
      dataset: z.string(),
      /** Of the dataset: `US`, `asia-northeast1`. */
      location: z.string(),
      /** Absent where partitions do not expire. */
      partitionExpiryDays: z.number().positive().optional(),
    })
    .optional(),
  /** In order of name. `functionName` is part of the ARN in what Lambda gives up. */
  backends: z.array(
    z.object({
      name: z.string(),
      functionName: z.string(),
      grants: z.array(z.enum(["archive-bucket-write", "google-warehouse-write"])),
    }),
  ),
});

export type StackFacts = Readonly<z.infer<typeof stackFactsSchema>>;

/** The facts of a resolved configuration: nothing is deployed or asked. */
export function stackFacts(config: StackConfig): StackFacts {
  const names = stackNames(config);
  const granted = config.backends.flatMap(({ grants }) => grants);
  const { partitionExpiryDays } = config.warehouse;
  return {
    namePrefix: names.prefix,
    streamName: names.stream,
    region: config.aws.region,
    generation: config.stream.generation,
    maxRecordBytes: config.stream.maxRecordKib * 1024,
    record: config.record,
    ...(granted.includes("archive-bucket-write") && { archiveBucket: names.archiveBucket }),
    deadLetterBucket: names.deadLetterBucket,
    ...(granted.includes("google-warehouse-write") && {
      google: {
        project: config.google.projectId,
        dataset: names.dataset,
        location: config.google.location,
        ...(partitionExpiryDays !== undefined && { partitionExpiryDays }),
      },
    }),
    backends: config.backends.map(({ name, grants }) => ({
      name,
      functionName: names.functionName(name),
      grants: [...grants],
    })),
  };
}
