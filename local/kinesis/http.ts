/** One request over HTTP/1.1 or HTTP/2, whose requests and answers Node shows alike. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Answer, Dispatcher } from "./dispatch.ts";
import { wireOf } from "./wire.ts";

export type KinesisRequest = IncomingMessage | Http2ServerRequest;
export type KinesisResponse = ServerResponse | Http2ServerResponse;

/** 10 MB of records as base64, and their partition keys. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Makes the handler of all requests. Whoever goes away in the middle of a request or an answer is forgotten. */
export function kinesisHandler(dispatcher: Dispatcher): (request: KinesisRequest, response: KinesisResponse) => void {
  let requests = 0;
  return (request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on("end", () => {
      requests += 1;
      response.setHeader("x-amzn-requestid", `00000000-0000-4000-8000-${requests.toString(16).padStart(12, "0")}`);
      if (bytes > MAX_BODY_BYTES) sendXml(response, 413, "RequestEntityTooLargeException", `A body of ${bytes} bytes`);
      else respond(request, response, dispatcher, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes));
    });
  };
}

function respond(request: KinesisRequest, response: KinesisResponse, dispatcher: Dispatcher, body: Buffer): void {
  const target = header(request, "x-amz-target");
  const wire = wireOf(header(request, "content-type"));
  if (request.method !== "POST" || (wire === undefined && target === undefined)) {
    sendXml(response, 403, "AccessDeniedException", "Unable to determine service/operation name to be authorized");
    return;
  }
  if (wire === undefined) {
    sendXml(response, 404, "UnknownOperationException", "The content type is none of Kinesis");
    return;
  }
  send(response, wire.contentType, dispatcher.answer(target, wire, body));
}

function send(response: KinesisResponse, contentType: string, answer: Answer): void {
  if (answer.kind === "body") {
    writeHead(response, answer.status, { "content-type": contentType, "content-length": answer.body.length });
    response.end(answer.body);
    return;
  }
  writeHead(response, 200, { "content-type": "application/vnd.amazon.eventstream" });
  const write = (frame: Buffer) => void (response as ServerResponse).write(frame);
  const stop = answer.subscription.start(write, () => response.end());
  response.on("close", stop);
}

function sendXml(response: KinesisResponse, status: number, code: string, message: string): void {
  const body = `<${code}>\n  <Message>${message}</Message>\n</${code}>\n`;
  writeHead(response, status, { "content-type": "text/xml", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function writeHead(response: KinesisResponse, status: number, headers: Record<string, string | number>): void {
  (response as ServerResponse).writeHead(status, headers);
}

function header(request: KinesisRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
