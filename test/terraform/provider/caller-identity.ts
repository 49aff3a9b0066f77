import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A stand-in for STS that calls everyone a user of one account; what it was asked, by action. */
export interface CallerIdentity {
  readonly url: string;
  readonly asked: string[];
  close(): Promise<void>;
}

/** Starts one. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export async function startCallerIdentity(accountId: () => string): Promise<CallerIdentity> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push(new URLSearchParams(body).get("Action") ?? request.url!);
      response.setHeader("content-type", "text/xml");
      response.end(
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
          `<Arn>arn:aws:iam::${accountId()}:user/planner</Arn><UserId>AIDA</UserId><Account>${accountId()}</Account>` +
          "</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
