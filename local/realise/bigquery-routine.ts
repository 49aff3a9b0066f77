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
};
