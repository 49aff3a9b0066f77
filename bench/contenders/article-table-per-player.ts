/** The article's first design: a table for each player, made when the player is first met, and requests one after the other. */
import type { KinesisEvent } from "../../functions/shared/event.ts";
import { openDataset } from "./google-clients.ts";
import { logRow, textOf } from "./log-row.ts";

const dataset = openDataset();
const known = new Set<string>();

/** What Lambda calls. */
export async function handler(event: KinesisEvent): Promise<{ readonly batchItemFailures: readonly never[] }> {
  for (const { kinesis } of event.Records) {
    const row = logRow(textOf(kinesis.data));
    const name = `player_${row.player_id}`;
    if (!known.has(name)) {
      await dataset.createTable(name, { schema: "event_time:TIMESTAMP,event:STRING,player_id:STRING,log:JSON" });
      known.add(name);
    }
    await dataset.table(name).insert([row]);
  }
  return { batchItemFailures: [] };
}
