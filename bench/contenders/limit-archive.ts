/**
 * The straight-line limit of the archive: the least that any correct handler must do, and nothing else. Event and base64 are
 * decoded, each record becomes one line with its record id and arrival, lines are compressed as Sluice compresses them, and the
 * object is put with one plain HTTP request. No judging, no unpacking, no retries, no counting, no signature.
 */
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { GZIP_LEVEL, gzipOptions } from "../../functions/shared/compressor.ts";
import type { KinesisEvent } from "../../functions/shared/event.ts";
import { collectLessOften } from "../../functions/shared/heap.ts";

const ENVELOPE_BYTES = 256;
const endpoint = new URL(process.env["AWS_ENDPOINT_URL_S3"]!);
let lines = Buffer.allocUnsafeSlow(8 << 20);

collectLessOften();

/** What Lambda calls. */
export async function handler(event: KinesisEvent): Promise<{ readonly batchItemFailures: readonly never[] }> {
  let end = 0;
  for (const { kinesis } of event.Records) {
    if (end + ENVELOPE_BYTES + kinesis.data.length > lines.length) lines = Buffer.concat([lines], lines.length * 2);
    const arrived = new Date(kinesis.approximateArrivalTimestamp * 1000).toISOString();
    const head = `{"record_id":"0:${kinesis.sequenceNumber}:0","arrived_at":"${arrived}","log":`;
    end += lines.write(head, end, "latin1");
    end += lines.write(kinesis.data, end, "base64");
    end += lines.write("}\n", end, "latin1");
  }
  await put(event.Records[0]!.kinesis.sequenceNumber, gzipSync(lines.subarray(0, end), gzipOptions(GZIP_LEVEL)));
  return { batchItemFailures: [] };
}

function put(name: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({
      host: endpoint.hostname,
      port: endpoint.port,
      method: "PUT",
      path: `/archive/logs/${name}.ndjson.gz`,
      headers: { "content-length": body.length },
    });
    call.on("error", reject);
    call.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve());
    });
    call.end(body);
  });
}
