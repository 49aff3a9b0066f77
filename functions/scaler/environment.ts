import { ENVIRONMENT } from "../../contract/environment.ts";
import type { ScalerSettings } from "../../model/resharding/decide.ts";
import { EnvironmentReader, type Variables } from "../shared/environment.ts";

/** What the scaler is told. */
export interface ScalerEnvironment {
  readonly streamName: string;
  /** `report` changes nothing. */
  readonly mode: "report" | "act";
  readonly settings: ScalerSettings;
}

/** Reads the function's variables; throws one error that lists every problem. */
export function readEnvironment(variables: Variables): ScalerEnvironment {
  const reader = new EnvironmentReader(variables);
  const count = (name: string): number => {
    reader.required(name);
    return reader.optionalCount(name) ?? 0;
  };
  const mode = reader.required(ENVIRONMENT.scalerMode);
  if (mode !== "report" && mode !== "act") reader.problem(ENVIRONMENT.scalerMode, mode, "must be report or act");
  const environment: ScalerEnvironment = {
    streamName: reader.required(ENVIRONMENT.streamName),
    mode: mode === "act" ? "act" : "report",
    settings: {
      minShards: count(ENVIRONMENT.minShards),
      maxShards: count(ENVIRONMENT.maxShards),
      headroom: count(ENVIRONMENT.headroomPercent) / 100 + 1,
    },
  };
  reader.check();
  return environment;
}
