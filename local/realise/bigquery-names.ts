import type { ObjectName } from "../bigquery/names.ts";

/** Project, dataset and name out of `projects/P/datasets/D/tables/T`, of a table or of a routine. */
export function objectOf(id: string): ObjectName {
  const [, project, , dataset, , name] = id.split("/");
  return { project: project!, dataset: dataset!, name: name! };
}
