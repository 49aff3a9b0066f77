import type { RoutineDefinition } from "../bigquery/warehouse.ts";
import { objectOf } from "./bigquery-names.ts";
import { optionalTextOf, textOf, withBehaviour } from "./realiser.ts";
import type { Inputs } from "./realiser.ts";

const TABLE_FUNCTION = "TABLE_VALUED_FUNCTION";

/** A table function. */
export const bigqueryRoutine = withBehaviour({
  type: "gcp:bigquery/routine:Routine",
  fixed: ["project", "datasetId", "routineId", "routineType"],
  outputs(inputs, { googleProject }) {
    return {
      id: `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}/routines/${textOf(inputs, "routineId")}`,
    };
  },
  async create({ inputs }, { warehouse }) {
    await warehouse.createRoutine(declaredRoutine(inputs));
  },
  async update(_, { inputs }, { warehouse }) {
    await warehouse.createRoutine(declaredRoutine(inputs), true);
  },
  async delete({ id }, { warehouse }) {
    const name = objectOf(id);
    if (warehouse.catalog.findRoutine(name) !== undefined) await warehouse.deleteRoutine(name);
  },
  read(id, { warehouse }) {
    const routine = warehouse.catalog.findRoutine(objectOf(id));
    if (routine === undefined) return undefined;
    return {
      project: routine.project,
      datasetId: routine.dataset,
      routineId: routine.name,
      routineType: TABLE_FUNCTION,
      definitionBody: routine.body,
      arguments: routine.arguments.map(({ name, type }) => ({ name, dataType: JSON.stringify({ typeKind: type }) })),
      ...(routine.description !== undefined && { description: routine.description }),
    };
  },
});

function declaredRoutine(inputs: Inputs): RoutineDefinition {
  const kind = textOf(inputs, "routineType");
  if (kind !== TABLE_FUNCTION) throw new Error(`a routine of type ${kind} is not supported locally`);
  const declared = (inputs["arguments"] ?? []) as readonly { readonly name: string; readonly dataType: string }[];
  return {
    project: textOf(inputs, "project"),
    dataset: textOf(inputs, "datasetId"),
    name: textOf(inputs, "routineId"),
    body: textOf(inputs, "definitionBody"),
    arguments: declared.map(({ name, dataType }) => ({
      name,
      type: (JSON.parse(dataType) as { readonly typeKind: string }).typeKind,
    })),
    description: optionalTextOf(inputs, "description"),
  };
}
