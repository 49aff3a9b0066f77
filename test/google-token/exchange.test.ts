import { AwsClient } from "google-auth-library";
import { federatedExchange } from "../../functions/warehouse/federation.ts";
import { assumedRoles, roleAttribute } from "../../infra/policies/google.ts";
import { AwsSessions } from "../../local/google-token/aws-sessions.ts";
import type { AwsSession } from "../../local/google-token/aws-sessions.ts";
import { emptyGoogleRegistry, serviceAccountResource, tableResource } from "../../local/google-token/registry.ts";
import type { GoogleRegistry } from "../../local/google-token/registry.ts";
import { startGoogleToken } from "../../local/google-token/server.ts";
import type { GoogleToken } from "../../local/google-token/server.ts";
import { ManualClock } from "../support/manual-clock.ts";

const ACCOUNT = "000000000000";
const POOL = "projects/100000000000/locations/global/workloadIdentityPools/functions";
const PROVIDER = `${POOL}/providers/aws`;
const EMAIL = "writer@sluice-local.iam.gserviceaccount.com";
const WRITER = "projects/sluice-local/roles/rowAppender";
const TABLE = tableResource("sluice-local", "player_log", "player_log_0");
const ROLE = `arn:aws:iam::${ACCOUNT}:role/sluice-local-warehouse`;
const UPDATE = "bigquery.tables.updateData";

// Google's client imports its fetch dynamically, which jest's modules cannot; where there is a window it takes that one's.
beforeAll(() => void Object.assign(globalThis, { window: { fetch } }));
afterAll(() => void Reflect.deleteProperty(globalThis, "window"));

let clock: ManualClock;
let sessions: AwsSessions;
let registry: GoogleRegistry;
let exchange: GoogleToken;

/** As the real client's signature is made at the machine's time, so is the exchange's time the machine's. */
beforeEach(async () => {
  clock = new ManualClock(Date.now());
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  sessions = new AwsSessions(random);
  registry = emptyGoogleRegistry();
  registry.providers.set(PROVIDER, {
    name: PROVIDER,
    awsAccountId: ACCOUNT,
    attributeMapping: roleAttribute(),
    attributeCondition: assumedRoles(["sluice-local-warehouse"]),
    disabled: false,
  });
  registry.serviceAccounts.set(EMAIL, { email: EMAIL, projectId: "sluice-local" });
  registry.roles.set(WRITER, ["bigquery.tables.get", UPDATE]);
  registry.bindings.set("act", {
    resource: serviceAccountResource("sluice-local", EMAIL),
    role: "roles/iam.workloadIdentityUser",
    member: `principalSet://iam.googleapis.com/${POOL}/attribute.aws_role/sluice-local-warehouse`,
  });
  registry.bindings.set("write", { resource: TABLE, role: WRITER, member: `serviceAccount:${EMAIL}` });
  exchange = await startGoogleToken({ clock, random, sessions, registry });
});
afterEach(() => exchange.close());

/** The real client, as the warehouse function has it. */
function client(session: AwsSession, audience = `//iam.googleapis.com/${PROVIDER}`, lifetimeSeconds = 600): AwsClient {
  const origin = `http://127.0.0.1:${exchange.port}`;
  return new AwsClient({
    type: "external_account",
    audience,
    subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
    token_url: `${origin}/v1/token`,
    service_account_impersonation_url: `${origin}/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`,
    service_account_impersonation: { token_lifetime_seconds: lifetimeSeconds },
    scopes: ["https://www.googleapis.com/auth/bigquery"],
    aws_security_credentials_supplier: {
      getAwsRegion: () => Promise.resolve("us-east-1"),
      getAwsSecurityCredentials: () =>
        Promise.resolve({
          accessKeyId: session.accessKeyId,
          secretAccessKey: session.secretAccessKey,
          token: session.sessionToken,
        }),
    },
  });
}

async function token(session: AwsSession): Promise<string> {
  return (await client(session).getAccessToken()).token!;
}

describe("the warehouse function's role", () => {
  test("gets a token of the service account with the real client, and may append to its table with it", async () => {
    const access = await token(sessions.issue(ROLE, "warehouse"));
    expect(exchange.authorize(access, UPDATE, TABLE)).toEqual({ allowed: true });
  });

  test("gets one with the function's own client too", async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = sessions.issue(ROLE, "warehouse");
    const ask = federatedExchange({
      audience: `//iam.googleapis.com/${PROVIDER}`,
      serviceAccount: EMAIL,
      region: "us-east-1",
      identity: () => ({ accessKeyId, secretAccessKey, token: sessionToken }),
      endpoint: `http://127.0.0.1:${exchange.port}`,
    });
    expect(exchange.authorize((await ask()).token, UPDATE, TABLE)).toEqual({ allowed: true });
  });

  test("may not append to another table, and may not delete its own", async () => {
    const access = await token(sessions.issue(ROLE, "warehouse"));
    const other = tableResource("sluice-local", "player_log", "player_log_01");
    expect(exchange.authorize(access, UPDATE, other)).toEqual({
      allowed: false,
      code: "PERMISSION_DENIED",
      message: `Permission 'TABLES_UPDATE_DATA' denied on resource '${other}' (or it may not exist).`,
    });
    expect(exchange.authorize(access, "bigquery.tables.delete", TABLE)).toMatchObject({ code: "PERMISSION_DENIED" });
  });

  test("has a token for as long as it asked, and not a moment longer", async () => {
    const access = await token(sessions.issue(ROLE, "warehouse"));
    await clock.advance(599_999);
    expect(exchange.authorize(access, UPDATE, TABLE)).toEqual({ allowed: true });
    await clock.advance(1);
    expect(exchange.authorize(access, UPDATE, TABLE)).toMatchObject({ allowed: false, code: "UNAUTHENTICATED" });
    expect(exchange.authorize(undefined, UPDATE, TABLE)).toMatchObject({ allowed: false, code: "UNAUTHENTICATED" });
  });

  test("loses access with the binding, at once", async () => {
    const access = await token(sessions.issue(ROLE, "warehouse"));
    registry.bindings.delete("write");
    expect(exchange.authorize(access, UPDATE, TABLE)).toMatchObject({ code: "PERMISSION_DENIED" });
  });

  test("cannot ask for a token of more than an hour", async () => {
    const long = client(sessions.issue(ROLE, "warehouse"), undefined, 3601);
    await expect(long.getAccessToken()).rejects.toMatchObject({ status: 400 });
  });
});

describe("whoever else asks", () => {
  test("another role is rejected by the attribute condition", async () => {
    const other = sessions.issue(`arn:aws:iam::${ACCOUNT}:role/sluice-local-archive`, "archive");
    await expect(token(other)).rejects.toThrow(
      "Error code unauthorized_client: The given credential is rejected by the attribute condition.",
    );
  });

  test("a role of that name in another account is rejected", async () => {
    const other = sessions.issue("arn:aws:iam::111111111111:role/sluice-local-warehouse", "warehouse");
    await expect(token(other)).rejects.toThrow("Error code unauthorized_client: The given credential's AWS account");
  });

  test("a session that was never issued, or was revoked, is rejected", async () => {
    const session = sessions.issue(ROLE, "warehouse");
    sessions.revoke(session.accessKeyId);
    await expect(token(session)).rejects.toThrow(
      "Error code invalid_grant: The AWS subject token is not accepted: InvalidClientTokenId",
    );
  });

  test("a wrong secret and a wrong session token are rejected", async () => {
    const session = sessions.issue(ROLE, "warehouse");
    await expect(token({ ...session, secretAccessKey: "guessed" })).rejects.toThrow("SignatureDoesNotMatch");
    await expect(token({ ...session, sessionToken: "guessed" })).rejects.toThrow("InvalidClientTokenId");
  });

  test("a signature of more than 15 minutes ago, or ahead, is rejected", async () => {
    const session = sessions.issue(ROLE, "warehouse");
    await clock.advance(15 * 60_000 + 2_000);
    await expect(token(session)).rejects.toThrow("signature expired");
    const early = new ManualClock(Date.now() - 16 * 60_000);
    await exchange.close();
    exchange = await startGoogleToken({ clock: early, random: () => 0.5, sessions, registry });
    await expect(token(session)).rejects.toThrow("signature not yet current");
  });

  test("a provider that is not there, or is disabled, is no target", async () => {
    const session = sessions.issue(ROLE, "warehouse");
    const elsewhere = client(session, `//iam.googleapis.com/${POOL}/providers/other`).getAccessToken();
    await expect(elsewhere).rejects.toThrow("Error code invalid_target: The target service indicated by");
    registry.providers.set(PROVIDER, { ...registry.providers.get(PROVIDER)!, disabled: true });
    await expect(token(session)).rejects.toThrow("Error code invalid_target");
  });

  test("a service account that the role is not bound to gives no token", async () => {
    registry.bindings.delete("act");
    await expect(token(sessions.issue(ROLE, "warehouse"))).rejects.toMatchObject({
      status: 403,
      message: "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
    });
  });
});

describe("a tampered request", () => {
  const target = `//iam.googleapis.com/${PROVIDER}`;
  type Signed = { url: string; method: string; headers: { key: string; value: string }[] };

  async function post(tamper: (signed: Signed) => void, audience = target): Promise<unknown> {
    const subject = await client(sessions.issue(ROLE, "warehouse"), audience).retrieveSubjectToken();
    const signed = JSON.parse(decodeURIComponent(subject)) as Signed;
    tamper(signed);
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: target,
      scope: "https://www.googleapis.com/auth/cloud-platform",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
      subject_token: encodeURIComponent(JSON.stringify(signed)),
    });
    const response = await fetch(`http://127.0.0.1:${exchange.port}/v1/token`, { method: "POST", body });
    const answer = (await response.json()) as { error?: string; error_description?: string };
    return answer.error === undefined ? "accepted" : `${answer.error}: ${answer.error_description ?? ""}`;
  }
  const header = (signed: Signed, key: string) => signed.headers.find((candidate) => candidate.key === key)!;
  const refused = (why: string) => `invalid_grant: The AWS subject token is not accepted: ${why}.`;

  test("is accepted untouched", async () => {
    expect(await post(() => {})).toBe("accepted");
  });

  test("is refused for each change", async () => {
    const flip = (signed: Signed) => {
      const authorization = header(signed, "authorization");
      const last = authorization.value.endsWith("0") ? "1" : "0";
      authorization.value = authorization.value.slice(0, -1) + last;
    };
    const mismatch =
      "SignatureDoesNotMatch: the request signature we calculated does not match the signature you provided";
    expect(await post(flip)).toBe(refused(mismatch));
    const elsewhere = "its url is not GetCallerIdentity of AWS STS";
    expect(
      await post((signed) => (signed.url = "https://evil.example/?Action=GetCallerIdentity&Version=2011-06-15")),
    ).toBe(refused(elsewhere));
    expect(await post((signed) => (signed.url += "&Extra=1"))).toBe(refused(elsewhere));
    expect(await post((signed) => (header(signed, "host").value = "sts.eu-west-1.amazonaws.com"))).toBe(
      refused("its header host is not the url's"),
    );
    expect(await post((signed) => signed.headers.push({ key: "Host", value: "x" }))).toBe(
      refused("it has the header host twice"),
    );
    expect(await post((signed) => (header(signed, "x-amz-date").value = "20200101T000000Z"))).toBe(
      refused("the header x-amz-date does not fit the signature"),
    );
    expect(await post((signed) => (signed.method = "GET"))).toBe(
      refused("it is not a percent-encoded JSON of url, method POST and headers"),
    );
    expect(await post(() => {}, "//iam.googleapis.com/other")).toBe(
      refused("the header x-goog-cloud-target-resource is not the audience"),
    );
  });

  test("is refused when it lacks a field, with the field's name", async () => {
    const response = await fetch(`http://127.0.0.1:${exchange.port}/v1/token`, { method: "POST", body: "audience=x" });
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: "invalid_request", error_description: "Missing required field: grant_type." },
    ]);
  });
});

test("a service account's token without a federated one is refused in Google's words", async () => {
  const url = `http://127.0.0.1:${exchange.port}/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`;
  const response = await fetch(url, { method: "POST", body: '{"scope":["x"]}' });
  expect([response.status, await response.json()]).toMatchObject([
    401,
    { error: { code: 401, status: "UNAUTHENTICATED" } },
  ]);
  const lost = await fetch(`http://127.0.0.1:${exchange.port}/v2/else`);
  expect([lost.status, await lost.json()]).toMatchObject([404, { error: { status: "NOT_FOUND" } }]);
});

test("an access key looks as AWS's do, and a role's path is not in its session", () => {
  const session = sessions.issue(`arn:aws:iam::${ACCOUNT}:role/team/a/writer`, "fn");
  expect(session.arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/writer/fn`);
  expect(session.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  expect(session.secretAccessKey).toHaveLength(40);
  expect(() => sessions.issue("arn:aws:iam::1:user/x", "fn")).toThrow("not a role's ARN: arn:aws:iam::1:user/x");
});
