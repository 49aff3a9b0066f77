import { createServer } from "node:http";
import type { Server } from "node:http";

const LIFE_SECONDS = 3600;

/** The token exchange and the impersonation of a service account: grants everybody everything for an hour. */
export function tokenStandIn(): Server {
  return createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const answer = request.url!.startsWith("/v1/token")
        ? {
            access_token: "federated",
            issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
            token_type: "Bearer",
            expires_in: LIFE_SECONDS,
          }
        : { accessToken: "impersonated", expireTime: new Date(Date.now() + LIFE_SECONDS * 1000).toISOString() };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
}
