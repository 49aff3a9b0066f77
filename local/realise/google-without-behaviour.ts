import { textOf, withoutBehaviour } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** Google resources that do nothing on a laptop. */
export const googleWithoutBehaviour: readonly Realiser[] = [
  withoutBehaviour("pulumi:providers:gcp", (_, { name }) => ({ id: name })),
  withoutBehaviour("gcp:projects/service:Service", (inputs, { googleProject }) => ({
    id: `${googleProject}/${textOf(inputs, "service")}`,
  })),
  // What callers may do stands in its provider and in the grants to its members.
  withoutBehaviour("gcp:iam/workloadIdentityPool:WorkloadIdentityPool", (inputs, context) => {
    const path = `locations/global/workloadIdentityPools/${textOf(inputs, "workloadIdentityPoolId")}`;
    return {
      id: `projects/${context.googleProject}/${path}`,
      name: `projects/${context.googleProjectNumber}/${path}`,
      state: "ACTIVE",
    };
  }),
];
