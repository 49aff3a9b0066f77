/** A log whose records say which of their player's they are, and what a function was handed of it. */
import { hash } from "node:crypto";
import type { InvokeResult } from "../../../local/lambda/types.ts";
import type { LambdaRunner } from "../../../local/lambda/runner.ts";

/** Lines of `players` players in turn; `n` counts a player's records from 0. */
export function numberedLog(records: number, players: number, startMs: number): string {
  const ids = Array.from({ length: players }, (_, index) => hash("md5", `player ${index}`, "hex"));
  let text = "";
  for (let index = 0; index < records; index++) {
    const timestamp = new Date(startMs + index).toISOString();
    const line = { player_id: ids[index % players], timestamp, event: "move", n: Math.floor(index / players) };
    text += `${JSON.stringify(line)}\n`;
  }
  return text;
}

interface EventRecord {
  readonly kinesis: { readonly data: string };
}

/** What each function was handed, in the order in which its invocations began. */
export class Deliveries {
  /** By function and player: the number that is due next. */
  readonly #due = new Map<string, number>();
  /** Records that came before one that was due earlier. */
  readonly early: string[] = [];

  /** Looks at every invocation from now on; one that fails or is throttled is not a delivery, and nothing here makes one. */
  constructor(lambda: LambdaRunner) {
    const invoke = lambda.invoke.bind(lambda);
    jest.spyOn(lambda, "invoke").mockImplementation((name, event, count): Promise<InvokeResult> => {
      const { Records } = JSON.parse(event.toString()) as { readonly Records: readonly EventRecord[] };
      for (const { kinesis } of Records) this.#see(name, Buffer.from(kinesis.data, "base64").toString());
      return invoke(name, event, count);
    });
  }

  /** Players by function whose records have all come, the last one last. */
  complete(functionName: string, records: number): number {
    return [...this.#due].filter(([key, due]) => key.startsWith(`${functionName} `) && due === records).length;
  }

  #see(functionName: string, line: string): void {
    const { player_id: player, n } = JSON.parse(line) as { readonly player_id: string; readonly n: number };
    const key = `${functionName} ${player}`;
    const due = this.#due.get(key) ?? 0;
    // Below it is one that comes again.
    if (n > due) this.early.push(`${key}: ${n} before ${due}`);
    this.#due.set(key, Math.max(due, n + 1));
  }
}
