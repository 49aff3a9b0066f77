import { ENVIRONMENT, LOCAL_ENDPOINTS } from "../../contract/environment.ts";
import { EnvironmentReader, readConsumerEnvironment } from "../shared/environment.ts";
import type { ConsumerEnvironment, Variables } from "../shared/environment.ts";
import type { RecordFields } from "../shared/record.ts";
import type { AwsIdentity } from "./federation.ts";

/** What the warehouse consumer is told. */
export interface WarehouseEnvironment extends ConsumerEnvironment {
  readonly fields: RecordFields;
  readonly googleProject: string;
  readonly dataset: string;
  /** Location of the dataset, e.g. `US`. */
  readonly location: string;
  /** `undefined` where partitions do not expire. */
  readonly partitionExpiryDays: number | undefined;
  readonly googleAudience: string;
  readonly googleServiceAccount: string;
  /** Storage Write; Google's unless a local cloud says otherwise. */
  readonly storageEndpoint: string;
  /** A local cloud's token endpoint, `""` for Google's. */
  readonly tokenEndpoint: string;
  /** Region of the function, set by Lambda. */
  readonly awsRegion: string;
}

const STORAGE_ENDPOINT = "https://bigquerystorage.googleapis.com";

/** Reads the function's variables; throws one error that lists every problem. */
export function readEnvironment(variables: Variables): WarehouseEnvironment {
  const reader = new EnvironmentReader(variables);
  const environment = {
    ...readConsumerEnvironment(reader),
    fields: {
      playerId: reader.required(ENVIRONMENT.playerIdField),
      timestamp: reader.required(ENVIRONMENT.timestampField),
      event: reader.required(ENVIRONMENT.eventField),
    },
    googleProject: reader.required(ENVIRONMENT.googleProject),
    dataset: reader.required(ENVIRONMENT.dataset),
    location: reader.required(ENVIRONMENT.location),
    partitionExpiryDays: reader.optionalCount(ENVIRONMENT.partitionExpiryDays),
    googleAudience: reader.required(ENVIRONMENT.googleAudience),
    googleServiceAccount: reader.required(ENVIRONMENT.googleServiceAccount),
    storageEndpoint: reader.optional(LOCAL_ENDPOINTS.bigqueryStorage) || STORAGE_ENDPOINT,
    tokenEndpoint: reader.optional(LOCAL_ENDPOINTS.googleToken),
    awsRegion: reader.required("AWS_REGION"),
  };
  reader.check();
  return environment;
}

/** The identity of the function's role, which Lambda puts in the environment. */
export function awsIdentity(variables: Variables): AwsIdentity {
  return {
    accessKeyId: variables["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: variables["AWS_SECRET_ACCESS_KEY"] ?? "",
    token: variables["AWS_SESSION_TOKEN"] ?? "",
  };
}
