import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** Who may act as a service account. */
export const serviceAccountIamMember: Realiser = {
  type: "gcp:serviceaccount/iAMMember:IAMMember",
  behaviour: "real",
  outputs(inputs) {
    const id = [textOf(inputs, "serviceAccountId"), textOf(inputs, "role"), textOf(inputs, "member")].join("/");
    return { id, etag: "BwX" };
  },
  create({ id, inputs }, { google }) {
    const resource = textOf(inputs, "serviceAccountId");
    google.bindings.set(id, { resource, role: textOf(inputs, "role"), member: textOf(inputs, "member") });
  },
};
