/**
 * The AWS subject token: a signed request for STS GetCallerIdentity, not sent but handed to Google, which sends it. The
 * local exchange answers in the place of AWS STS: it knows the sessions that were issued here, signs the request again
 * and compares.
 * https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token (subjectToken)
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { z } from "zod";
import type { AwsSession, AwsSessions } from "./aws-sessions.ts";
import { OAuthError } from "./errors.ts";

/** AWS refuses a signature that is further from its own time. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const MAX_SKEW_MS = 15 * 60_000;
const HOST = /^sts(?:\.([a-z0-9-]+))?\.amazonaws\.com$/;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([a-z0-9-]+)\/sts\/aws4_request, *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})$/;
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const ACTION = { Action: "GetCallerIdentity", Version: "2011-06-15" };

const subjectToken = z.object({
  url: z.string(),
  method: z.literal("POST"),
  headers: z.array(z.object({ key: z.string(), value: z.string() })),
});

/** Whose request it is. Rejects with an OAuthError `invalid_grant` that says what is wrong, never with the token. */
export async function callerOf(
  token: string,
  audience: string,
  sessions: AwsSessions,
  nowMs: number,
): Promise<AwsSession> {
  const { host, headers } = parseSubjectToken(token);
  const target = headers.get("x-goog-cloud-target-resource")?.replace(/^https:/, "");
  if (target !== audience) throw invalid("the header x-goog-cloud-target-resource is not the audience");
  const match = AUTHORIZATION.exec(headers.get("authorization") ?? "");
  if (match === null) throw invalid("the header authorization is not a signature of version 4 for sts");
  const [, accessKeyId = "", day = "", region = "", signedHeaders = "", signature = ""] = match;

  const amzDate = headers.get("x-amz-date") ?? "";
  const signedAt = parseAmzDate(amzDate);
  if (Number.isNaN(signedAt) || !amzDate.startsWith(day))
    throw invalid("the header x-amz-date does not fit the signature");
  if (signedAt < nowMs - MAX_SKEW_MS) throw invalid(`SignatureDoesNotMatch: signature expired, made at ${amzDate}`);
  if (signedAt > nowMs + MAX_SKEW_MS)
    throw invalid(`SignatureDoesNotMatch: signature not yet current, made at ${amzDate}`);
  if (region !== (HOST.exec(host)?.[1] ?? "us-east-1"))
    throw invalid("the signature is for another region than the host");

  const session = sessions.find(accessKeyId);
  if (session === undefined || headers.get("x-amz-security-token") !== session.sessionToken) {
    throw invalid("InvalidClientTokenId: the security token included in the request is invalid");
  }
  const names = signedHeaders.split(";");
  const isBound = ["host", "x-amz-date", "x-amz-security-token"].every((name) => names.includes(name));
  if (!isBound || names.some((name) => !headers.has(name))) {
    throw invalid(
      "the signature does not cover host, x-amz-date and x-amz-security-token, or covers what is not there",
    );
  }
  const expected = await sign(
    session,
    region,
    signedAt,
    host,
    new Map(names.map((name) => [name, headers.get(name)!])),
  );
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) {
    throw invalid(
      "SignatureDoesNotMatch: the request signature we calculated does not match the signature you provided",
    );
  }
  return session;
}

/** The request's host and its headers, names in lower case. */
function parseSubjectToken(token: string): { host: string; headers: ReadonlyMap<string, string> } {
  let parsed: z.infer<typeof subjectToken>;
  let url: URL;
  try {
    parsed = subjectToken.parse(JSON.parse(decodeURIComponent(token)));
    url = new URL(parsed.url);
  } catch {
    throw invalid("it is not a percent-encoded JSON of url, method POST and headers");
  }
  const isAction = url.search === `?${new URLSearchParams(ACTION).toString()}`;
  if (url.protocol !== "https:" || !HOST.test(url.host) || url.pathname !== "/" || !isAction) {
    throw invalid("its url is not GetCallerIdentity of AWS STS");
  }
  const headers = new Map<string, string>();
  for (const { key, value } of parsed.headers) {
    const name = key.toLowerCase();
    if (headers.has(name)) throw invalid(`it has the header ${name} twice`);
    headers.set(name, value);
  }
  if (headers.get("host") !== url.host) throw invalid("its header host is not the url's");
  return { host: url.host, headers };
}

/** Signature in hex of the same request with the session's secret. */
async function sign(
  session: AwsSession,
  region: string,
  signedAt: number,
  host: string,
  headers: ReadonlyMap<string, string>,
): Promise<string> {
  const signer = new SignatureV4({
    credentials: session,
    region,
    service: "sts",
    sha256: NodeSha256,
    applyChecksum: false,
  });
  const request = {
    method: "POST",
    protocol: "https:",
    hostname: host,
    path: "/",
    query: ACTION,
    headers: Object.fromEntries(headers),
  };
  const signed = await signer.sign(request, {
    signingDate: new Date(signedAt),
    signableHeaders: new Set(headers.keys()),
  });
  return /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
}

/** SHA-256 and its HMAC in the form that the signer takes. */
class NodeSha256 {
  readonly #hash: { update(data: Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

function parseAmzDate(text: string): number {
  const [, year, month, day, hour, minute, second] = AMZ_DATE.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function invalid(why: string): OAuthError {
  return new OAuthError("invalid_grant", `The AWS subject token is not accepted: ${why}.`);
}
