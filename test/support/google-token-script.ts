import { HttpScript, json } from "./http-script.ts";

/** Stands for Google's token exchange and impersonation: one token after another, each for so many seconds. */
export function googleTokens(validSeconds = 3600): HttpScript {
  const script = new HttpScript();
  let tokens = 0;
  script.answer = ({ path }, response) => {
    if (path === "/v1/token") {
      const token = { access_token: "federated", token_type: "Bearer", expires_in: validSeconds };
      return json(response, 200, { ...token, issued_token_type: "urn:ietf:params:oauth:token-type:access_token" });
    }
    const expireTime = new Date(Date.now() + validSeconds * 1000).toISOString();
    return json(response, 200, { accessToken: `access-${++tokens}`, expireTime });
  };
  return script;
}
