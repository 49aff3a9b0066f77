import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** A pool of identities from elsewhere. */
export const workloadIdentityPool: Realiser = {
  type: "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
  behaviour: "real",
  outputs(inputs, { googleProject, googleProjectNumber }) {
    const path = `locations/global/workloadIdentityPools/${textOf(inputs, "workloadIdentityPoolId")}`;
    return {
      id: `projects/${googleProject}/${path}`,
      name: `projects/${googleProjectNumber}/${path}`,
      state: "ACTIVE",
    };
  },
};
