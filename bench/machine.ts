import { availableParallelism, cpus } from "node:os";

/** What a measurement depends on besides the code. */
export interface Machine {
  /** `v24.21.0` */
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** `linux x64` */
  readonly platform: string;
}

export function thisMachine(): Machine {
  return {
    node: process.version,
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
  };
}
