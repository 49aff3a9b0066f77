import { textOf, withBehaviour } from "./realiser.ts";

/** Who may act as a service account. */
export const serviceAccountIamMember = withBehaviour({
  type: "gcp:serviceaccount/iAMMember:IAMMember",
  fixed: ["serviceAccountId", "role", "member"],
  outputs(inputs) {
    const id = [textOf(inputs, "serviceAccountId"), textOf(inputs, "role"), textOf(inputs, "member")].join("/");
    return { id, etag: "BwX" };
  },
  create({ id, inputs }, { google }) {
    const resource = textOf(inputs, "serviceAccountId");
    google.bindings.set(id, { resource, role: textOf(inputs, "role"), member: textOf(inputs, "member") });
  },
  delete({ id }, { google }) {
    google.bindings.delete(id);
  },
  read(id, { google }) {
    const binding = google.bindings.get(id);
    return binding && { serviceAccountId: binding.resource, role: binding.role, member: binding.member };
  },
});
