import { federatedExchange } from "../../../functions/warehouse/federation.ts";
import { googleTokens } from "../../support/google-token-script.ts";
import { json } from "../../support/http-script.ts";
import type { HttpScript } from "../../support/http-script.ts";

const AUDIENCE = "//iam.googleapis.com/projects/100/locations/global/workloadIdentityPools/pool/providers/aws";
const ACCOUNT = "sluice@proj.iam.gserviceaccount.com";
const END_MS = Date.UTC(2099, 11, 31, 12);
let google: HttpScript;

async function tokens(): Promise<ReturnType<typeof federatedExchange>> {
  google = googleTokens(END_MS);
  return federatedExchange({
    audience: AUDIENCE,
    serviceAccount: ACCOUNT,
    region: "eu-west-1",
    identity: () => ({ accessKeyId: "AKID", secretAccessKey: "secret", token: "session" }),
    endpoint: await google.listen(),
  });
}

afterEach(() => google.close());

describe("an exchange for an access token", () => {
  test("is a signed GetCallerIdentity request, then an impersonation, and nothing else is asked", async () => {
    const exchange = await tokens();

    const { token, expiresMs } = await exchange();

    expect(token).toBe("access-1");
    expect(expiresMs).toBe(END_MS);

    expect(google.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/token",
      `POST /v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`,
    ]);
    const asked = new URLSearchParams(google.requests[0]!.body.toString());
    expect(asked.get("audience")).toBe(AUDIENCE);
    expect(asked.get("subject_token_type")).toBe("urn:ietf:params:aws:token-type:aws4_request");
    const signed = JSON.parse(decodeURIComponent(asked.get("subject_token")!)) as {
      url: string;
      method: string;
      headers: { key: string; value: string }[];
    };
    expect(signed.url).toBe("https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15");
    expect(signed.method).toBe("POST");
    const headers = Object.fromEntries(signed.headers.map(({ key, value }) => [key.toLowerCase(), value]));
    expect(headers).toMatchObject({ "x-amz-security-token": "session", "x-goog-cloud-target-resource": AUDIENCE });
    expect(headers["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/sts\/aws4_request, /,
    );
    expect(google.requests[1]!.headers["authorization"]).toBe("Bearer federated");
    expect(JSON.parse(google.requests[1]!.body.toString())).toEqual({
      scope: ["https://www.googleapis.com/auth/bigquery.insertdata"],
      lifetime: "3600s",
    });
  });

  test("is made each time, however long the last token holds", async () => {
    const exchange = await tokens();

    expect([(await exchange()).token, (await exchange()).token]).toEqual(["access-1", "access-2"]);
  });

  test.each([
    ["an outage of the token service", 503, { error: "unavailable" }],
    ["a refusal of the caller", 403, { error: "unauthorized_client" }],
    ["an answer that is none", 200, {}],
  ])("%s is an error after one attempt: retrying is the append stage's", async (_name, status, answer) => {
    const exchange = await tokens();
    google.answer = (_request, response) => json(response, status, answer);

    await expect(exchange()).rejects.toThrow();
    expect(google.requests.filter(({ path }) => path === "/v1/token")).toHaveLength(1);
  });

  test("a refusal of the impersonation is an error", async () => {
    const exchange = await tokens();
    const answer = google.answer;
    google.answer = (request, response) =>
      request.path === "/v1/token" ? answer(request, response) : json(response, 403, { error: { code: 403 } });

    await expect(exchange()).rejects.toThrow();
    expect(google.requests).toHaveLength(2);
  });

  test("an answer without the token's end is no token", async () => {
    const exchange = await tokens();
    const answer = google.answer;
    google.answer = (request, response) =>
      request.path === "/v1/token" ? answer(request, response) : json(response, 200, { accessToken: "endless" });

    await expect(exchange()).rejects.toThrow();
  });
});
