import { ENVIRONMENT } from "../../contract/environment.ts";
import { EnvironmentReader, readConsumerEnvironment } from "../shared/environment.ts";
import type { ConsumerEnvironment, Variables } from "../shared/environment.ts";

/** What the archive consumer is told. */
export interface ArchiveEnvironment extends ConsumerEnvironment {
  readonly archiveBucket: string;
}

/** Reads the function's variables; throws one error that lists every problem. */
export function readEnvironment(variables: Variables): ArchiveEnvironment {
  const reader = new EnvironmentReader(variables);
  const environment = {
    ...readConsumerEnvironment(reader),
    archiveBucket: reader.required(ENVIRONMENT.archiveBucket),
  };
  reader.check();
  return environment;
}
