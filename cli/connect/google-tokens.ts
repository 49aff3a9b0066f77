import type { AuthClient } from "google-auth-library";
import type { TokenSource } from "../../functions/warehouse/token-cache.ts";
import { CommandError, messageOf } from "../errors.ts";

/** Access tokens of whoever runs the command, by application default credentials; the library caches and renews them. */
export function googleTokens(scope: string): TokenSource {
  let client: Promise<AuthClient> | undefined;
  return {
    async token() {
      try {
        client ??= import("google-auth-library").then(({ GoogleAuth }) =>
          new GoogleAuth({ scopes: scope }).getClient(),
        );
        const { token } = await (await client).getAccessToken();
        if (!token) throw new Error("no access token");
        return token;
      } catch (error) {
        throw new CommandError(`no credentials for Google: ${messageOf(error)}`, {
          cause: error,
          hint: "gcloud auth application-default login makes some.",
        });
      }
    },
    invalidate() {
      client = undefined;
    },
  };
}
