import { checkProvider } from "../google-token/exchange.ts";
import type { WorkloadIdentityProvider } from "../google-token/registry.ts";
import type { Services } from "../services.ts";
import { optionalTextOf, textOf, textsOf, withBehaviour } from "./realiser.ts";
import type { Inputs, Realised } from "./realiser.ts";

/** How callers from one AWS account get into a pool: mapping and condition of the local token exchange. */
export const workloadIdentityPoolProvider = withBehaviour({
  type: "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
  fixed: ["project", "workloadIdentityPoolId", "workloadIdentityPoolProviderId"],
  outputs(inputs, { googleProject, googleProjectNumber }) {
    const pool = textOf(inputs, "workloadIdentityPoolId");
    const path = `locations/global/workloadIdentityPools/${pool}/providers/${textOf(inputs, "workloadIdentityPoolProviderId")}`;
    return {
      id: `projects/${googleProject}/${path}`,
      name: `projects/${googleProjectNumber}/${path}`,
      state: "ACTIVE",
    };
  },
  create: setProvider,
  update: (_, resource, services) => setProvider(resource, services),
  delete({ outputs }, { google }) {
    google.providers.delete(textOf(outputs, "name"));
  },
  read(id, { google }) {
    const path = id.replace(/^projects\/[^/]+/, "");
    const provider = [...google.providers.values()].find(({ name }) => name.endsWith(path));
    if (provider === undefined) return undefined;
    const [, , , , pool, , providerId] = path.split("/");
    const { awsAccountId, attributeMapping, attributeCondition, disabled } = provider;
    return {
      workloadIdentityPoolId: pool,
      workloadIdentityPoolProviderId: providerId,
      aws: { accountId: awsAccountId },
      attributeMapping,
      ...(attributeCondition !== undefined && { attributeCondition }),
      ...(disabled && { disabled }),
    };
  },
});

/** Makes or replaces the provider; an ExpressionError, with nothing changed, for what the local exchange cannot apply. */
function setProvider({ inputs, outputs }: Realised, { google }: Services): void {
  const provider: WorkloadIdentityProvider = {
    name: textOf(outputs, "name"),
    awsAccountId: textOf((inputs["aws"] ?? {}) as Inputs, "accountId"),
    attributeMapping: textsOf(inputs, "attributeMapping"),
    attributeCondition: optionalTextOf(inputs, "attributeCondition"),
    disabled: inputs["disabled"] === true,
  };
  checkProvider(provider);
  google.providers.set(provider.name, provider);
}
