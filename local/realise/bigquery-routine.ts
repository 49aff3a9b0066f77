import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** A table function. */
export const bigqueryRoutine: Realiser = {
  type: "gcp:bigquery/routine:Routine",
  behaviour: "real",
  outputs(inputs, { googleProject }) {
    return {
      id: `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}/routines/${textOf(inputs, "routineId")}`,
    };
  },
  async create({ inputs }, { warehouse }) {
    const kind = textOf(inputs, "routineType");
    if (kind !== "TABLE_VALUED_FUNCTION") throw new Error(`a routine of type ${kind} is not supported locally`);
    const declared = (inputs["arguments"] ?? []) as readonly { readonly name: string; readonly dataType: string }[];
    await warehouse.createRoutine({
      project: textOf(inputs, "project"),
      dataset: textOf(inputs, "datasetId"),
      name: textOf(inputs, "routineId"),
      body: textOf(inputs, "definitionBody"),
      arguments: declared.map(({ name, dataType }) => ({
        name,
        type: (JSON.parse(dataType) as { readonly typeKind: string }).typeKind,
      })),
      ...(inputs["description"] === undefined ? {} : { description: textOf(inputs, "description") }),
    });
  },
};
