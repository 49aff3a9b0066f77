import type { Clock } from "../../contract/clock.ts";
import { messageOf } from "../errors.ts";
import { grouped } from "../grouped.ts";
import { type Progress, startProgress } from "../progress.ts";
import type { ProgressCount, ProgressOutput } from "../progress-display.ts";
import { renderAudit, renderBackends } from "../report/render.ts";
import type { Report } from "../report/schema.ts";
import type { Endpoints } from "./endpoints-file.ts";
import type { RunProgress, RunView } from "./run-view.ts";

/** Kinds of trouble are said once each, then counted: a backend that is down says the same thousands of times. */
const SHOWN_REFUSALS = 5;

export interface ConsoleViewOptions {
  readonly output: NodeJS.WritableStream & ProgressOutput;
  readonly clock: Clock;
}

/** A run on a terminal, or in plain lines. */
export function consoleView({ output, clock }: ConsoleViewOptions): RunView {
  let progress: Progress | undefined;
  let refused = 0;
  const said = new Set<string>();
  const colour = output.isTTY === true;
  const say = (line: string): void => {
    if (progress === undefined) output.write(`${line}\n`);
    else progress.note(line);
  };
  const sayOnce = (line: string): void => {
    if (said.has(line)) return;
    said.add(line);
    say(line);
  };

  return {
    started({ directory, graph, endpoints, withoutBehaviour }) {
      const real = graph.resources.filter(({ custom }) => custom).length - sum(withoutBehaviour.values());
      say(`The program declares stream ${endpoints.streamName}; ${real} resources run on this machine.`);
      say(`Declared, with nothing to do here: ${listed(withoutBehaviour)}.`);
      say(`Data of this run: ${directory}`);
    },
    engine(line) {
      say(line);
    },
    progress(current) {
      progress = startProgress({ output, clock, sample: () => countsOf(current()) });
    },
    stop() {
      progress?.stop();
      progress = undefined;
    },
    refused({ file, line, bytes }) {
      if (++refused <= SHOWN_REFUSALS) {
        say(`not sent: ${file}, line ${line}: ${bytes} bytes are over the stream's record limit`);
      } else if (refused === SHOWN_REFUSALS + 1) {
        say("not sent: more lines over the stream's record limit, counted in the report");
      }
    },
    functionFailed({ functionName, error, kinesisRecords }) {
      // What the clock invokes is not tried again: the next beat is.
      const next = kinesisRecords === 0 ? "" : "; Lambda retries";
      sayOnce(`${functionName} failed: ${error!.errorType}: ${error!.errorMessage}${next}`);
    },
    problem(problem) {
      sayOnce(`trouble, tried again: ${messageOf(problem)}`);
    },
    interrupted(directory) {
      say(`Interrupted: not everything was delivered, and nothing was audited. What there is: ${directory}`);
    },
    finished({ backends, input, delivery }, audit) {
      if (input.lines === 0 && Object.values(audit).every(({ accepted }) => accepted === 0)) {
        say("Nothing was sent.");
        return;
      }
      say(
        `\nSent ${input.accepted.toLocaleString("en-US")} records in ${input.seconds.toFixed(1)} s ` +
          `(${Math.round(input.recordsPerSecond).toLocaleString("en-US")} records/s; ` +
          `${input.resent.toLocaleString("en-US")} sent again, ${input.blank} blank lines skipped, ${input.refused} refused).\n` +
          `Delivered, from the first record's arrival to the last one's acknowledgement: ${rates(delivery)}.\n`,
      );
      output.write(renderBackends(backends, { colour }));
      output.write(renderAudit(audit, { colour }));
    },
    serving(endpoints) {
      say(`\nServing until Ctrl-C.\n${endpointLines(endpoints)}`);
    },
    streamDestroyed(streamName) {
      say(
        `Stream ${streamName} was destroyed while the run was served, and its records with it: ` +
          "the run's ledger stays as its own audit wrote it.",
      );
    },
  };
}

function countsOf({ accepted, expected, backends }: RunProgress): ProgressCount[] {
  const of = expected ?? accepted;
  return [
    { label: "in", value: accepted, of: expected },
    ...Object.entries(backends).map(([label, { written }]): ProgressCount => ({ label, value: written, of })),
    { label: "quarantined", value: sum(Object.values(backends).map((backend) => backend.quarantined)) },
  ];
}

function rates(delivery: Report["delivery"]): string {
  const parts = Object.entries(delivery).map(([backend, { recordsPerSecond }]) =>
    recordsPerSecond === null ? `${backend} nothing` : `${backend} ${grouped(Math.round(recordsPerSecond))} records/s`,
  );
  return parts.join(", ");
}

function listed(types: ReadonlyMap<string, number>): string {
  // Providers are no resources of the stack's own.
  const own = [...types].filter(([type]) => !type.startsWith("pulumi:"));
  const kinds = own.map(([type, count]) => {
    const kind = type.slice(type.lastIndexOf(":") + 1);
    return count === 1 ? kind : `${count} ${kind}`;
  });
  return kinds.join(", ");
}

function endpointLines(endpoints: Endpoints): string {
  const width = Math.max(...Object.keys(endpoints).map((key) => key.length));
  return Object.entries(endpoints)
    .map(([key, value]) => `  ${key.padEnd(width)}  ${String(value)}`)
    .join("\n");
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
