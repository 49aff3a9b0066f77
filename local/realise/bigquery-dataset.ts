import type { DatasetDefinition } from "../bigquery/warehouse.ts";
import { objectOf } from "./bigquery-names.ts";
import { numberOf, optionalTextOf, textOf, textsOf, withBehaviour } from "./realiser.ts";
import type { Inputs } from "./realiser.ts";

/** The dataset: a schema of the local warehouse. With tables in it, it is deleted only under `deleteContentsOnDestroy`. */
export const bigqueryDataset = withBehaviour({
  type: "gcp:bigquery/dataset:Dataset",
  fixed: ["project", "datasetId", "location"],
  outputs(inputs, { googleProject }) {
    const id = `projects/${googleProject}/datasets/${textOf(inputs, "datasetId")}`;
    return { id, selfLink: `https://bigquery.googleapis.com/bigquery/v2/${id}` };
  },
  async create({ inputs }, { warehouse }) {
    await warehouse.createDataset(declaredDataset(inputs));
  },
  async update(_, { inputs }, { warehouse }) {
    await warehouse.updateDataset(declaredDataset(inputs));
  },
  async delete({ id, inputs }, { warehouse }) {
    const { project, dataset } = objectOf(id);
    if (warehouse.catalog.findDataset(project, dataset) === undefined) return;
    await warehouse.deleteDataset(project, dataset, inputs["deleteContentsOnDestroy"] === true);
  },
  read(id, { warehouse }) {
    const { project, dataset } = objectOf(id);
    const found = warehouse.catalog.findDataset(project, dataset);
    if (found === undefined) return undefined;
    const { location, description, labels = {}, defaultPartitionExpirationMs } = found;
    return {
      project,
      datasetId: dataset,
      location,
      ...(description !== undefined && { description }),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(defaultPartitionExpirationMs !== undefined && { defaultPartitionExpirationMs }),
    };
  },
});

function declaredDataset(inputs: Inputs): DatasetDefinition {
  return {
    project: textOf(inputs, "project"),
    dataset: textOf(inputs, "datasetId"),
    location: textOf(inputs, "location"),
    labels: textsOf(inputs, "labels"),
    description: optionalTextOf(inputs, "description"),
    defaultPartitionExpirationMs: numberOf(inputs, "defaultPartitionExpirationMs"),
  };
}
