import { AwsClient } from "google-auth-library/build/src/auth/awsclient.js";
import { StsCredentials } from "google-auth-library/build/src/auth/stscredentials.js";
import type { AccessToken } from "./token-cache.ts";

/** The function's own AWS identity, as Lambda gives it. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
}

/** Workload Identity Federation: whom to be, and where to ask. */
export interface FederationOptions {
  /** `//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/P/providers/R`. */
  readonly audience: string;
  /** E-mail of the service account to impersonate. */
  readonly serviceAccount: string;
  readonly region: string;
  /** Read at each exchange, since credentials may change. */
  readonly identity: () => AwsIdentity;
  /** A local cloud's token endpoint, `""` for Google's. */
  readonly endpoint: string;
}

/** All that AppendRows needs. https://docs.cloud.google.com/bigquery/docs/reference/storage/rpc/google.cloud.bigquery.storage.v1 */
const SCOPE = "https://www.googleapis.com/auth/bigquery.insertdata";
const REQUEST_TIMEOUT_MS = 10_000;

/** The library's client with one HTTP client for both requests, one attempt each: the append stage retries, in its time. */
class FederatedClient extends AwsClient {
  constructor(options: ConstructorParameters<typeof AwsClient>[0]) {
    super({ ...options, transporterOptions: { fetchImplementation: fetch, timeout: REQUEST_TIMEOUT_MS } });
    this.transporter.interceptors.request.add({
      resolved: (request) => Promise.resolve(Object.assign(request, { retryConfig: { retry: 0 } })),
    });
    const { transporter } = this;
    this.stsCredential = new StsCredentials({ tokenExchangeEndpoint: this.getTokenUrl(), transporter });
  }
}

/**
 * Asks for an access token by Workload Identity Federation, never a stored key: a signed AWS GetCallerIdentity request is
 * exchanged for a federated token, and that for one of the service account. Credentials and region are handed in, so no
 * metadata server is ever asked. A client for each exchange: what the library caches, it caches by a clock of its own.
 */
export function federatedExchange(options: FederationOptions): () => Promise<AccessToken> {
  const sts = options.endpoint === "" ? "https://sts.googleapis.com" : options.endpoint;
  const iam = options.endpoint === "" ? "https://iamcredentials.googleapis.com" : options.endpoint;
  return async () => {
    const client = new FederatedClient({
      type: "external_account",
      audience: options.audience,
      subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
      token_url: `${sts}/v1/token`,
      service_account_impersonation_url: `${iam}/v1/projects/-/serviceAccounts/${options.serviceAccount}:generateAccessToken`,
      scopes: [SCOPE],
      aws_security_credentials_supplier: {
        getAwsRegion: () => Promise.resolve(options.region),
        getAwsSecurityCredentials: () => Promise.resolve(options.identity()),
      },
    });
    const { token } = await client.getAccessToken();
    const { expiry_date: expiresMs } = client.credentials;
    if (!token || typeof expiresMs !== "number" || Number.isNaN(expiresMs)) {
      throw Object.assign(new Error("an answer without access token or end"), { name: "NoAccessToken" });
    }
    return { token, expiresMs };
  };
}
