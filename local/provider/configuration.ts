/** Providers of the program, held to the cloud that runs: it is one account, one region and one project. Pure. */
import type { CloudFacts } from "../realise/realiser.ts";
import type { Properties } from "./values.ts";

/** Why a provider with these inputs cannot be this cloud's, `undefined` if it can. Inputs are texts, structures among them JSON. */
export function checkProviderInputs(name: "aws" | "gcp", inputs: Properties, facts: CloudFacts): string | undefined {
  if (name === "aws") {
    const accounts = JSON.parse(String(inputs["allowedAccountIds"] ?? "null")) as readonly string[] | null;
    if (accounts !== null && !accounts.includes(facts.accountId)) {
      return `this local cloud is account ${facts.accountId}, and the stack allows only ${accounts.join(", ")}`;
    }
    return other("region", inputs["region"], facts.region);
  }
  return other("project", inputs["project"], facts.googleProject);
}

function other(what: string, declared: unknown, actual: string): string | undefined {
  if (declared === undefined || declared === actual) return undefined;
  return `this local cloud is ${what} ${actual}, and the stack is for ${String(declared)}`;
}
