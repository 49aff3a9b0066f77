import type { Clock } from "../contract/clock.ts";
import { EXIT } from "./exit-codes.ts";

/** Ctrl-C and friends, as an AbortSignal. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Exit code of the signal that came, `undefined` if none did. */
  exitCode(): number | undefined;
  /** Takes the handlers off again. */
  dispose(): void;
}

/** What the handlers are put on; a process has it. */
export interface SignalSource {
  on(signal: NodeJS.Signals, handler: () => void): unknown;
  off(signal: NodeJS.Signals, handler: () => void): unknown;
  exit(code: number): void;
}

const EXIT_CODES = [
  ["SIGINT", EXIT.interrupted],
  ["SIGTERM", EXIT.terminated],
  ["SIGHUP", EXIT.hungUp],
] as const;

/** One Ctrl-C comes from the terminal, from npm and from the launcher: what follows this soon is the same one. */
const SAME_INTERRUPT_MS = 1000;

/** SIGINT, SIGTERM or SIGHUP asks for an end in good order; a later second one ends the process at once. */
export function listenForInterrupt(source: SignalSource, clock: Clock): Interrupt {
  const controller = new AbortController();
  let first: { readonly exitCode: number; readonly atMs: number } | undefined;
  const handlers = EXIT_CODES.map(([name, exitCode]) => {
    const handler = (): void => {
      if (first === undefined) {
        first = { exitCode, atMs: clock.now() };
        controller.abort();
      } else if (clock.now() - first.atMs >= SAME_INTERRUPT_MS) {
        source.exit(exitCode);
      }
    };
    source.on(name, handler);
    return [name, handler] as const;
  });
  return {
    signal: controller.signal,
    exitCode: () => first?.exitCode,
    dispose: () => handlers.forEach(([name, handler]) => source.off(name, handler)),
  };
}
