import { HttpScript, json } from "./http-script.ts";

/** Stands for Google's token exchange and impersonation: one token after another, each until the same time. */
export function googleTokens(endMs = Date.now() + 3_600_000): HttpScript {
  const script = new HttpScript();
  let tokens = 0;
  script.answer = ({ path }, response) => {
    if (path === "/v1/token") {
      const token = { access_token: "federated", token_type: "Bearer", expires_in: 3600 };
      return json(response, 200, { ...token, issued_token_type: "urn:ietf:params:oauth:token-type:access_token" });
    }
    return json(response, 200, { accessToken: `access-${++tokens}`, expireTime: new Date(endMs).toISOString() });
  };
  return script;
}
