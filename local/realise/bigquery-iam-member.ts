import { tableResource } from "../google-token/registry.ts";
import { objectOf } from "./bigquery-names.ts";
import { textOf, withBehaviour } from "./realiser.ts";

/** Who may append to a table. */
export const bigqueryIamMember = withBehaviour({
  type: "gcp:bigquery/iamMember:IamMember",
  fixed: ["project", "datasetId", "tableId", "role", "member"],
  outputs(inputs, { googleProject }) {
    const table = `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}/tables/${textOf(inputs, "tableId")}`;
    return { id: `${table}/${textOf(inputs, "role")}/${textOf(inputs, "member")}`, etag: "BwX" };
  },
  create({ id, inputs }, { google }) {
    const resource = tableResource(textOf(inputs, "project"), textOf(inputs, "datasetId"), textOf(inputs, "tableId"));
    google.bindings.set(id, { resource, role: textOf(inputs, "role"), member: textOf(inputs, "member") });
  },
  delete({ id }, { google }) {
    google.bindings.delete(id);
  },
  read(id, { google }) {
    const binding = google.bindings.get(id);
    if (binding === undefined) return undefined;
    const { project, dataset, name } = objectOf(binding.resource);
    return { project, datasetId: dataset, tableId: name, role: binding.role, member: binding.member };
  },
});
