/**
 * Names of the environment variables that the program declares on the functions and the functions read.
 * Values are strings; the functions' own `environment.ts` files say what is required and check it once per cold start.
 */
export const ENVIRONMENT = {
  /** Name of the backend, as in the stack's configuration: dimension of metrics, part of quarantine keys. */
  backend: "SLUICE_BACKEND",
  /** Name of the Kinesis stream, for log lines and metrics. */
  streamName: "SLUICE_STREAM_NAME",
  /** Generation of the stream, `""` for the first. */
  streamGeneration: "SLUICE_STREAM_GENERATION",
  /** Bucket for quarantined and diverted records. */
  deadLetterBucket: "SLUICE_DEAD_LETTER_BUCKET",
  /** archive: the bucket for objects. */
  archiveBucket: "SLUICE_ARCHIVE_BUCKET",
  /** Field names of the log record. */
  playerIdField: "SLUICE_PLAYER_ID_FIELD",
  timestampField: "SLUICE_TIMESTAMP_FIELD",
  eventField: "SLUICE_EVENT_FIELD",
  /** warehouse: Google project, dataset and its location, e.g. `US` or `asia-northeast1`. */
  googleProject: "SLUICE_GOOGLE_PROJECT",
  dataset: "SLUICE_DATASET",
  location: "SLUICE_DATASET_LOCATION",
  /** warehouse: days after which a partition expires; `""` for never. */
  partitionExpiryDays: "SLUICE_PARTITION_EXPIRY_DAYS",
  /** warehouse: audience, `//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/R`. */
  googleAudience: "SLUICE_GOOGLE_AUDIENCE",
  /** warehouse: e-mail of the service account that the function's role may impersonate. */
  googleServiceAccount: "SLUICE_GOOGLE_SERVICE_ACCOUNT",
  /** scaler: `report` or `act`, and its settings, as in the stack's configuration. */
  scalerMode: "SLUICE_SCALER_MODE",
  minShards: "SLUICE_MIN_SHARDS",
  maxShards: "SLUICE_MAX_SHARDS",
  headroomPercent: "SLUICE_HEADROOM_PERCENT",
} as const;

/**
 * Endpoint variables that only a local cloud sets, on unmodified bundles. In a cloud they are absent.
 * (Kinesis, S3 and CloudWatch need none of ours: the AWS SDK reads `AWS_ENDPOINT_URL_KINESIS` and its like.)
 */
export const LOCAL_ENDPOINTS = {
  /** Storage Write, `http://127.0.0.1:PORT`, prior-knowledge HTTP/2; default `https://bigquerystorage.googleapis.com`. */
  bigqueryStorage: "SLUICE_BIGQUERY_STORAGE_ENDPOINT",
  /**
   * Token exchange and service account impersonation, `http://127.0.0.1:PORT`; default `https://sts.googleapis.com` and
   * `https://iamcredentials.googleapis.com`.
   */
  googleToken: "SLUICE_GOOGLE_TOKEN_ENDPOINT",
} as const;
