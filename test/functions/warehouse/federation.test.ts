import { federatedTokens } from "../../../functions/warehouse/federation.ts";
import { googleTokens } from "../../support/google-token-script.ts";
import { json } from "../../support/http-script.ts";
import type { HttpScript } from "../../support/http-script.ts";

const AUDIENCE = "//iam.googleapis.com/projects/100/locations/global/workloadIdentityPools/pool/providers/aws";
const ACCOUNT = "sluice@proj.iam.gserviceaccount.com";
let google: HttpScript;

async function tokens(validSeconds?: number): Promise<ReturnType<typeof federatedTokens>> {
  google = googleTokens(validSeconds);
  return federatedTokens({
    audience: AUDIENCE,
    serviceAccount: ACCOUNT,
    region: "eu-west-1",
    identity: () => ({ accessKeyId: "AKID", secretAccessKey: "secret", token: "session" }),
    endpoint: await google.listen(),
  });
}

afterEach(() => google.close());

describe("federated tokens", () => {
  test("come from a signed GetCallerIdentity request, then from impersonation, and nothing else is asked", async () => {
    const source = await tokens();

    expect(await source.token()).toBe("access-1");

    expect(google.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/token",
      `POST /v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`,
    ]);
    const exchange = new URLSearchParams(google.requests[0]!.body.toString());
    expect(exchange.get("audience")).toBe(AUDIENCE);
    expect(exchange.get("subject_token_type")).toBe("urn:ietf:params:aws:token-type:aws4_request");
    const signed = JSON.parse(decodeURIComponent(exchange.get("subject_token")!)) as {
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

  test("are kept until five minutes before they end", async () => {
    const source = await tokens();
    expect([await source.token(), await source.token()]).toEqual(["access-1", "access-1"]);
    await google.close();

    const short = await tokens(299);
    expect([await short.token(), await short.token()]).toEqual(["access-1", "access-2"]);
  });

  test("are asked for again once refused", async () => {
    const source = await tokens();
    await source.token();
    source.invalidate();

    expect(await source.token()).toBe("access-2");
  });

  test("a refusal is an error after one attempt: retrying is the append stage's", async () => {
    const source = await tokens();
    google.answer = (_request, response) => json(response, 503, { error: "unavailable" });

    await expect(source.token()).rejects.toThrow();
    expect(google.requests).toHaveLength(1);
  });
});
