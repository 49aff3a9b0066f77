import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

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
};
