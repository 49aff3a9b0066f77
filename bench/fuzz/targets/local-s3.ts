import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../contract/clock.ts";
import { startS3Server } from "../../../local/s3/server.ts";
import { exchange, request, statusCodes } from "../http.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { HTTP_TOKENS } from "../inputs/http.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const CHUNKED = ["x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-trailer: x-amz-checksum-crc32"];
const DELETE = "<Delete><Object><Key>a</Key></Object><Quiet>true</Quiet></Delete>";
const COMPLETE =
  "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>";

export const localS3: FuzzTarget = {
  name: "local-s3",
  group: "local cloud",
  claim:
    "the local S3 answers any bytes on its port with an answer of the API or of HTTP, leaves its folder alone, and serves afterwards",
  share: 0.005,
  inputs: bytesFrom({
    seeds: [
      request("PUT /bucket/dir/key", ["content-md5: 1B2M2Y8AsgTpgAmY7PhCfg=="]),
      request("PUT /bucket/key", CHUNKED, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"),
      request("PUT /bucket/copy", ["x-amz-copy-source: /bucket/good"]),
      request("GET /bucket/good", ["range: bytes=0-1", "if-none-match: *"]),
      request("GET /bucket?list-type=2&prefix=a&delimiter=/&max-keys=1&continuation-token=x"),
      request("POST /bucket?delete", [], DELETE),
      request("POST /bucket/key?uploads"),
      request("POST /bucket/key?uploadId=u", [], COMPLETE),
      request("PUT /bucket/key?partNumber=1&uploadId=u", [], "part"),
      request("HEAD /bucket"),
      request("GET /"),
      request("PUT /another-bucket", [], "<CreateBucketConfiguration/>"),
    ],
    tokens: [
      ...HTTP_TOKENS,
      "/bucket",
      "/good",
      "?list-type=2",
      "x-amz-meta-a: b\r\n",
      "..%2f..%2f",
      "<Key>",
      "&#0;",
      "<!DOCTYPE a>",
    ],
    maxBytes: 2048,
  }),
  async start() {
    const directory = mkdtempSync(join(tmpdir(), "sluice-fuzz-s3-"));
    const server = await startS3Server({ directory: join(directory, "s3"), clock: systemClock });
    server.createBucket("kept");
    server.putObject("kept", "good", Buffer.from("good"));
    const good = request("GET /kept/good");
    return {
      async run(input) {
        if (!server.hasBucket("bucket")) server.createBucket("bucket");
        const answer = await exchange(server.port, input);
        const failed = statusCodes(answer).some((code) => code >= 500 && code !== 501);
        claim(!failed, `answers ${answer.slice(0, 2000)}`);
      },
      async checkWorks() {
        claim((await exchange(server.port, good, true)).endsWith("\r\n\r\ngood"), "gives a good object");
      },
      async close() {
        await server.close();
        rmSync(directory, { recursive: true });
      },
    };
  },
};
