import { textOf, withoutBehaviour } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** Google resources that do nothing on a laptop. */
export const googleWithoutBehaviour: readonly Realiser[] = [
  withoutBehaviour("pulumi:providers:gcp", (_, { name }) => ({ id: name })),
  withoutBehaviour("gcp:projects/service:Service", (inputs, { googleProject }) => ({
    id: `${googleProject}/${textOf(inputs, "service")}`,
  })),
  withoutBehaviour("gcp:projects/iAMCustomRole:IAMCustomRole", (inputs, { googleProject }) => {
    const name = `projects/${googleProject}/roles/${textOf(inputs, "roleId")}`;
    return { id: name, name };
  }),
];
