import { textOf, textsOf } from "./realiser.ts";
import type { Inputs, Realiser } from "./realiser.ts";

/** How callers from one AWS account get into a pool: mapping and condition of the local token exchange. */
export const workloadIdentityPoolProvider: Realiser = {
  type: "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
  behaviour: "real",
  outputs(inputs, { googleProject, googleProjectNumber }) {
    const pool = textOf(inputs, "workloadIdentityPoolId");
    const path = `locations/global/workloadIdentityPools/${pool}/providers/${textOf(inputs, "workloadIdentityPoolProviderId")}`;
    return {
      id: `projects/${googleProject}/${path}`,
      name: `projects/${googleProjectNumber}/${path}`,
      state: "ACTIVE",
    };
  },
  create({ inputs, outputs }, { google }) {
    const name = textOf(outputs, "name");
    google.providers.set(name, {
      name,
      awsAccountId: textOf((inputs["aws"] ?? {}) as Inputs, "accountId"),
      attributeMapping: textsOf(inputs, "attributeMapping"),
      attributeCondition: inputs["attributeCondition"] === undefined ? undefined : textOf(inputs, "attributeCondition"),
      disabled: inputs["disabled"] === true,
    });
  },
};
