import { tableResource } from "../google-token/registry.ts";
import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** Who may append to a table. */
export const bigqueryIamMember: Realiser = {
  type: "gcp:bigquery/iamMember:IamMember",
  behaviour: "real",
  outputs(inputs, { googleProject }) {
    const table = `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}/tables/${textOf(inputs, "tableId")}`;
    return { id: `${table}/${textOf(inputs, "role")}/${textOf(inputs, "member")}`, etag: "BwX" };
  },
  create({ id, inputs }, { google }) {
    const resource = tableResource(textOf(inputs, "project"), textOf(inputs, "datasetId"), textOf(inputs, "tableId"));
    google.bindings.set(id, { resource, role: textOf(inputs, "role"), member: textOf(inputs, "member") });
  },
};
