import { availableParallelism, cpus, release } from "node:os";

/** What a measurement depends on besides the code. */
export interface Machine {
  /** `v24.21.0` */
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** `linux x64` */
  readonly platform: string;
  /** Release of the kernel, which holds the cage: `6.18.44`. */
  readonly kernel: string;
}

export function thisMachine(): Machine {
  return {
    node: process.version,
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
  };
}

/** In a line, without a date: `Node v24.21.0, linux x64, kernel 6.18.44, 2 cores, AMD EPYC`. */
export function describeMachine({ node, platform, kernel, cores, processor }: Machine): string {
  return `Node ${node}, ${platform}, kernel ${kernel}, ${cores} ${cores === 1 ? "core" : "cores"}, ${processor}`;
}
