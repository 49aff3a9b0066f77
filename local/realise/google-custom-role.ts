import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** A custom role: the permissions that a grant of it gives. */
export const googleCustomRole: Realiser = {
  type: "gcp:projects/iAMCustomRole:IAMCustomRole",
  behaviour: "real",
  outputs(inputs, { googleProject }) {
    const name = `projects/${googleProject}/roles/${textOf(inputs, "roleId")}`;
    return { id: name, name };
  },
  create({ id, inputs }, { google }) {
    google.roles.set(id, inputs["permissions"] as readonly string[]);
  },
};
