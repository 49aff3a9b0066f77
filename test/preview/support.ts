/** Graphs made by hand. */
import type { Graph, GraphResource } from "../../local/graph.ts";

/** One resource; what is not said is as plain as it can be. */
export function resource(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  more: Partial<GraphResource> = {},
): GraphResource {
  return {
    urn: urn(type, name),
    type,
    name,
    inputs,
    outputs: inputs,
    id: name,
    dependencies: [],
    protect: false,
    deleteBeforeReplace: false,
    retainOnDelete: false,
    aliases: [],
    custom: true,
    remote: false,
    ...more,
  };
}

/** URN that a resource of a stack called dev has. */
export function urn(type: string, name: string): string {
  return `urn:pulumi:dev::sluice::${type}::${name}`;
}

/** A graph of resources alone. */
export function graph(...resources: readonly GraphResource[]): Graph {
  return { resources, outputs: {} };
}

export const STREAM = "aws:kinesis/stream:Stream";
export const BUCKET = "aws:s3/bucket:Bucket";
export const TABLE = "gcp:bigquery/table:Table";
export const DATASET = "gcp:bigquery/dataset:Dataset";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
