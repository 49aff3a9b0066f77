/** The two steps of keyless access: a signed AWS request for a federated token, and that for a service account's token. */
import type { Clock, Random } from "../../contract/clock.ts";
import type { AwsSession, AwsSessions } from "./aws-sessions.ts";
import { callerOf } from "./caller-identity.ts";
import { GoogleApiError, OAuthError, unauthenticated } from "./errors.ts";
import { ExpressionError, compileCondition, compileMapping } from "./expression.ts";
import { federatedMembers, isGranted } from "./iam.ts";
import type { GoogleRegistry, WorkloadIdentityProvider } from "./registry.ts";
import { serviceAccountResource } from "./registry.ts";
import { TokenStore } from "./token-store.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const AWS_REQUEST = "urn:ietf:params:aws:token-type:aws4_request";
const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";
/** Scopes that let a token act as a service account, and those that let it write rows. */
const IAM_SCOPES = [CLOUD_PLATFORM, "https://www.googleapis.com/auth/iam"];
const BIGQUERY_SCOPES = [
  CLOUD_PLATFORM,
  "https://www.googleapis.com/auth/bigquery",
  "https://www.googleapis.com/auth/bigquery.insertdata",
];
const MAX_LIFETIME_SECONDS = 3600;
/** https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings-and-conditions */
const MAX_SUBJECT_BYTES = 127;

/** Answer of the token endpoint. */
export interface FederatedToken {
  readonly access_token: string;
  readonly issued_token_type: string;
  readonly token_type: "Bearer";
  /** Seconds. */
  readonly expires_in: number;
}

/** Answer of generateAccessToken. */
export interface AccessToken {
  readonly accessToken: string;
  /** ISO 8601, UTC. */
  readonly expireTime: string;
}

/** What {@link TokenExchange.authorize} says. */
export type Authorization =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: "UNAUTHENTICATED" | "PERMISSION_DENIED"; readonly message: string };

/** The token exchange without its HTTP. */
export class TokenExchange {
  readonly #clock: Clock;
  readonly #sessions: AwsSessions;
  readonly #registry: GoogleRegistry;
  readonly #tokens: TokenStore;

  constructor(clock: Clock, random: Random, sessions: AwsSessions, registry: GoogleRegistry) {
    this.#clock = clock;
    this.#sessions = sessions;
    this.#registry = registry;
    this.#tokens = new TokenStore(clock, random);
  }

  /** `POST /v1/token`. Rejects with an OAuthError. */
  async exchange(form: URLSearchParams): Promise<FederatedToken> {
    const audience = required(form, "audience");
    if (required(form, "grant_type") !== GRANT)
      throw new OAuthError("unsupported_grant_type", "Unsupported grant type.");
    if (required(form, "requested_token_type") !== ACCESS_TOKEN) {
      throw new OAuthError("invalid_request", "Invalid value for requested_token_type.");
    }
    if (required(form, "subject_token_type") !== AWS_REQUEST) {
      throw new OAuthError("invalid_request", "The local token exchange knows one subject_token_type: aws4_request.");
    }
    const scopes = required(form, "scope").split(" ");
    const provider = this.#registry.providers.get(audience.replace(/^\/\/iam\.googleapis\.com\//, ""));
    if (provider === undefined || provider.disabled) {
      throw new OAuthError(
        "invalid_target",
        'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
      );
    }
    const caller = await callerOf(required(form, "subject_token"), audience, this.#sessions, this.#clock.now());
    const attributes = mapCaller(provider, caller);
    const pool = provider.name.replace(/\/providers\/[^/]+$/, "");
    const holder = { members: federatedMembers(pool, attributes), scopes };
    const { token } = this.#tokens.issue(holder, MAX_LIFETIME_SECONDS);
    return {
      access_token: token,
      issued_token_type: ACCESS_TOKEN,
      token_type: "Bearer",
      expires_in: MAX_LIFETIME_SECONDS,
    };
  }

  /** `generateAccessToken` of a service account. Throws a GoogleApiError. */
  impersonate(bearer: string | undefined, email: string, scopes: readonly string[], lifetime: string): AccessToken {
    const holder = this.#tokens.find(bearer ?? "");
    if (holder === undefined) throw unauthenticated();
    const permission = "iam.serviceAccounts.getAccessToken";
    const account = this.#registry.serviceAccounts.get(email);
    const isAllowed =
      account !== undefined &&
      holder.scopes.some((scope) => IAM_SCOPES.includes(scope)) &&
      isGranted(this.#registry, holder.members, permission, serviceAccountResource(account.projectId, email));
    if (!isAllowed) {
      const message = `Permission '${permission}' denied on resource (or it may not exist).`;
      throw new GoogleApiError("PERMISSION_DENIED", message, permission);
    }
    if (scopes.length === 0) throw new GoogleApiError("INVALID_ARGUMENT", "The request has no scope.");
    const seconds = Number(/^(\d{1,6})s$/.exec(lifetime)?.[1]);
    if (!(seconds >= 1 && seconds <= MAX_LIFETIME_SECONDS)) {
      throw new GoogleApiError("INVALID_ARGUMENT", `The lifetime must be 1s to ${MAX_LIFETIME_SECONDS}s.`);
    }
    const { token, expiresAt } = this.#tokens.issue({ members: [`serviceAccount:${email}`], scopes }, seconds);
    return { accessToken: token, expireTime: new Date(expiresAt).toISOString() };
  }

  /**
   * Whether the token's holder may do this to a table now: `authorize(token, "bigquery.tables.updateData",
   * "projects/P/datasets/D/tables/T")`. `undefined` for a request without a token.
   */
  authorize(token: string | undefined, permission: string, table: string): Authorization {
    const holder = this.#tokens.find(token ?? "");
    if (holder === undefined) return { allowed: false, code: "UNAUTHENTICATED", message: unauthenticated().message };
    if (!holder.scopes.some((scope) => BIGQUERY_SCOPES.includes(scope))) {
      const message = "Request had insufficient authentication scopes.";
      return { allowed: false, code: "PERMISSION_DENIED", message };
    }
    if (isGranted(this.#registry, holder.members, permission, table)) return { allowed: true };
    const message = `Permission '${permissionInWords(permission)}' denied on resource '${table}' (or it may not exist).`;
    return { allowed: false, code: "PERMISSION_DENIED", message };
  }
}

/** Throws an ExpressionError if the local exchange cannot apply a provider: to be asked when it is declared. */
export function checkProvider(provider: WorkloadIdentityProvider): void {
  for (const expression of Object.values(provider.attributeMapping)) compileMapping(expression);
  if (provider.attributeCondition !== undefined) compileCondition(provider.attributeCondition);
}

/** Google's attributes of a caller, by the provider's mapping, once its account and condition hold. Throws an OAuthError. */
function mapCaller(provider: WorkloadIdentityProvider, caller: AwsSession): ReadonlyMap<string, string> {
  if (caller.accountId !== provider.awsAccountId) {
    throw new OAuthError("unauthorized_client", "The given credential's AWS account is not the provider's.");
  }
  try {
    return applyProvider(provider, caller);
  } catch (error) {
    if (error instanceof ExpressionError) throw new OAuthError("invalid_request", error.message);
    throw error;
  }
}

function applyProvider(provider: WorkloadIdentityProvider, caller: AwsSession): ReadonlyMap<string, string> {
  const known = new Map([
    ["assertion.arn", caller.arn],
    ["assertion.account", caller.accountId],
    ["assertion.userid", caller.userId],
  ]);
  const attributes = new Map<string, string>();
  for (const [name, expression] of Object.entries(provider.attributeMapping)) {
    attributes.set(name, compileMapping(expression)(known));
  }
  const subject = attributes.get("google.subject") ?? "";
  if (subject === "") {
    throw new OAuthError("invalid_request", "The mapped attribute google.subject is empty or not mapped.");
  }
  if (Buffer.byteLength(subject) > MAX_SUBJECT_BYTES) {
    throw new OAuthError(
      "invalid_request",
      `The size of mapped attribute google.subject exceeds the ${MAX_SUBJECT_BYTES} bytes limit.`,
    );
  }
  const condition = provider.attributeCondition;
  if (condition !== undefined && !compileCondition(condition)(new Map([...known, ...attributes]))) {
    throw new OAuthError("unauthorized_client", "The given credential is rejected by the attribute condition.");
  }
  return attributes;
}

function required(form: URLSearchParams, field: string): string {
  const value = form.get(field);
  if (value === null || value === "") throw new OAuthError("invalid_request", `Missing required field: ${field}.`);
  return value;
}

/** `bigquery.tables.updateData` as `TABLES_UPDATE_DATA`, which is how BigQuery names it. */
function permissionInWords(permission: string): string {
  return permission
    .replace(/^bigquery\./, "")
    .replaceAll(".", "_")
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();
}
