import { systemClock } from "../../../contract/clock.ts";
import { AwsSessions } from "../../../local/google-token/aws-sessions.ts";
import { emptyGoogleRegistry } from "../../../local/google-token/registry.ts";
import { startGoogleToken } from "../../../local/google-token/server.ts";
import { exchange, request, statusCodes } from "../http.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { HTTP_TOKENS } from "../inputs/http.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const PROVIDER = "projects/1/locations/global/workloadIdentityPools/pool/providers/aws";
const SUBJECT = {
  url: "https://sts.us-east-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
  method: "POST",
  headers: [
    { key: "host", value: "sts.us-east-1.amazonaws.com" },
    { key: "x-amz-date", value: "20260101T120000Z" },
    { key: "x-goog-cloud-target-resource", value: `//iam.googleapis.com/${PROVIDER}` },
    {
      key: "Authorization",
      value: "AWS4-HMAC-SHA256 Credential=ASIA/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0",
    },
  ],
};
const FORM = new URLSearchParams({
  audience: `//iam.googleapis.com/${PROVIDER}`,
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
  subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
  scope: "https://www.googleapis.com/auth/cloud-platform",
  subject_token: encodeURIComponent(JSON.stringify(SUBJECT)),
});
const IMPERSONATE = "/v1/projects/-/serviceAccounts/a@p.iam.gserviceaccount.com:generateAccessToken";

export const localGoogleToken: FuzzTarget = {
  name: "local-google-token",
  group: "local cloud",
  claim:
    "the local token exchange answers any bytes on its port with an answer of the API or of HTTP, and gives no token for them",
  share: 0.001,
  inputs: bytesFrom({
    seeds: [
      request("POST /v1/token", ["content-type: application/x-www-form-urlencoded"], FORM.toString()),
      request(`POST ${IMPERSONATE}`, ["authorization: Bearer x"], JSON.stringify({ scope: ["s"], lifetime: "3600s" })),
      request("GET /v1/token"),
    ],
    tokens: [
      ...HTTP_TOKENS,
      "/v1/token",
      "subject_token=",
      "%7B%22url%22",
      "audience=",
      "Credential=",
      "[]",
      "{}",
      "null",
      '"headers"',
    ],
    maxBytes: 4096,
  }),
  async start() {
    const registry = emptyGoogleRegistry();
    registry.providers.set(PROVIDER, {
      name: PROVIDER,
      awsAccountId: "000000000000",
      attributeMapping: { "google.subject": "assertion.arn.extract('assumed-role/{role}/')" },
      attributeCondition: undefined,
      disabled: false,
    });
    const sessions = new AwsSessions(() => 0.5);
    sessions.issue("arn:aws:iam::000000000000:role/writer", "fn");
    const server = await startGoogleToken({ clock: systemClock, random: () => 0.5, sessions, registry });
    const good = request("GET /v1/nothing");
    return {
      async run(input) {
        const answer = await exchange(server.port, input);
        const codes = statusCodes(answer);
        claim(!codes.includes(500) && !codes.includes(200), `answers ${answer.slice(0, 2000)}`);
      },
      async checkWorks() {
        claim(statusCodes(await exchange(server.port, good, true)).join() === "404", "answers a good request");
      },
      close: () => server.close(),
    };
  },
};
