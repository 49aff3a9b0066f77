/** Errors as Google's two services give them. */

/** Codes of the token endpoint. https://www.rfc-editor.org/rfc/rfc6749#section-5.2, https://www.rfc-editor.org/rfc/rfc8693#section-2.2.2 */
export type OAuthErrorCode =
  | "invalid_grant"
  | "invalid_request"
  | "invalid_scope"
  | "invalid_target"
  | "unauthorized_client"
  | "unsupported_grant_type";

/** A refusal of the token endpoint. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, description: string) {
    super(description);
    this.code = code;
  }
}

/** HTTP status by Google's code. https://google.aip.dev/193 */
const STATUS = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
} as const;

/** A refusal of an ordinary Google API. */
export class GoogleApiError extends Error {
  override readonly name = "GoogleApiError";
  readonly status: keyof typeof STATUS;
  /** The permission that was missing, if that is why. */
  readonly permission: string | undefined;

  constructor(status: keyof typeof STATUS, message: string, permission?: string) {
    super(message);
    this.status = status;
    this.permission = permission;
  }

  /** HTTP status. */
  get httpStatus(): number {
    return STATUS[this.status];
  }
}

/** No token, a token that is not known, or one that has expired. */
export function unauthenticated(): GoogleApiError {
  return new GoogleApiError(
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
  );
}
