import type { Services } from "../services.ts";
import { textOf, withBehaviour } from "./realiser.ts";
import type { Realised } from "./realiser.ts";

/** A custom role: the permissions that a grant of it gives. */
export const googleCustomRole = withBehaviour({
  type: "gcp:projects/iAMCustomRole:IAMCustomRole",
  fixed: ["project", "roleId"],
  outputs(inputs, { googleProject }) {
    const name = `projects/${googleProject}/roles/${textOf(inputs, "roleId")}`;
    return { id: name, name };
  },
  create: setPermissions,
  update: (_, resource, services) => setPermissions(resource, services),
  delete({ id }, { google }) {
    google.roles.delete(id);
  },
  read(id, { google }) {
    const permissions = google.roles.get(id);
    const [, project, , roleId] = id.split("/");
    return permissions && { project, roleId, permissions };
  },
});

function setPermissions({ id, inputs }: Realised, { google }: Services): void {
  google.roles.set(id, inputs["permissions"] as readonly string[]);
}
