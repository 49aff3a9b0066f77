import { createHandler as createArchive } from "../../functions/archive/archive.ts";
import { readEnvironment as readArchiveEnvironment } from "../../functions/archive/environment.ts";
import type { Handler } from "../../functions/shared/event.ts";
import { ObjectStore } from "../../functions/shared/object-store.ts";
import { DEFAULT_LIMITS, type UnpackLimits } from "../../functions/shared/unpack.ts";
import { Connections } from "../../functions/warehouse/connections.ts";
import { readEnvironment as readWarehouseEnvironment } from "../../functions/warehouse/environment.ts";
import { createHandler as createWarehouse } from "../../functions/warehouse/warehouse.ts";
import { simulatedCompressor } from "../cloud/compressor.ts";
import { SimulatedConnection } from "../cloud/connection.ts";
import type { ConnectionWorld } from "../cloud/connection.ts";
import type { Edge } from "../cloud/faults.ts";
import type { SimulatedS3 } from "../cloud/s3.ts";
import { Draws } from "../draws.ts";
import { ARCHIVE_BUCKET, DEAD_LETTER_BUCKET } from "../invariants/stored-objects.ts";
import type { ExecutionEnvironment } from "../lambda/environment.ts";
import { PARTITION_EXPIRY_DAYS } from "../workload/pieces.ts";
import { LIMITS } from "../workload/wire-formats.ts";
import type { BackendSpec } from "./spec.ts";

/** What a consumer reaches from its execution environment. */
export interface ConsumerWorld {
  readonly seed: number;
  readonly generation: string;
  readonly s3: SimulatedS3;
  readonly edgeOf: (bucket: string) => Edge;
  /** Of a warehouse. */
  readonly storageWrite: ConnectionWorld;
  /** Takes each line of the function's log. */
  readonly log: (environment: ExecutionEnvironment, line: string) => void;
}

/** A cold start: the real handler, with the simulated world in the place of the machine's. */
export function coldStart(spec: BackendSpec, world: ConsumerWorld, environment: ExecutionEnvironment): Handler {
  const draws = new Draws(world.seed, `${spec.name}/environment-${environment.number}`);
  const random = () => draws.unit();
  const { clock } = environment;
  const deps = {
    store: new ObjectStore({ put: world.s3.from(environment, world.edgeOf), clock, random }),
    clock,
    compressor: simulatedCompressor(environment),
    log: (line: string) => world.log(environment, line),
    limits: unpackLimits(spec),
  };
  const variables = environmentVariables(spec, world.generation);
  if (spec.kind === "archive") return createArchive({ ...deps, environment: readArchiveEnvironment(variables) });
  const tokens = world.storageWrite.tokens.from(environment);
  const open = (token: string) => new SimulatedConnection(world.storageWrite, environment, token);
  return createWarehouse({
    ...deps,
    environment: readWarehouseEnvironment(variables),
    connections: new Connections({ open, tokens, clock }),
    random,
  });
}

/** What a backend's consumer may take apart at a time. */
export function unpackLimits({ littleMemory }: BackendSpec): UnpackLimits {
  const { maxBatchBytes, maxBatchPieces } = littleMemory ? LIMITS : DEFAULT_LIMITS;
  return { ...LIMITS, maxBatchBytes, maxBatchPieces };
}

/** What the Pulumi program would tell the function. */
function environmentVariables({ name }: BackendSpec, generation: string): Record<string, string> {
  return {
    SLUICE_BACKEND: name,
    SLUICE_STREAM_NAME: "player-log",
    SLUICE_STREAM_GENERATION: generation,
    SLUICE_DEAD_LETTER_BUCKET: DEAD_LETTER_BUCKET,
    SLUICE_ARCHIVE_BUCKET: ARCHIVE_BUCKET,
    SLUICE_PLAYER_ID_FIELD: "player_id",
    SLUICE_TIMESTAMP_FIELD: "timestamp",
    SLUICE_EVENT_FIELD: "event",
    SLUICE_GOOGLE_PROJECT: "sim",
    SLUICE_DATASET: "logs",
    SLUICE_DATASET_LOCATION: "US",
    SLUICE_PARTITION_EXPIRY_DAYS: String(PARTITION_EXPIRY_DAYS),
    SLUICE_GOOGLE_AUDIENCE: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/r",
    SLUICE_GOOGLE_SERVICE_ACCOUNT: "sluice@sim.iam.gserviceaccount.com",
    AWS_REGION: "us-east-1",
  };
}
