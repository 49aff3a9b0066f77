/**
 * Makes test/fixtures/terraform-schema.json.gz: the schemas of the declared types, as they stand in a file of the form
 * `{ providers: { "hashicorp/aws": version, … }, resources: { type: schema } }` made from `terraform providers schema -json`.
 *
 *     node test/terraform/support/trim-schema.ts FILE
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { RESOURCE_TYPES } from "../../../cli/terraform/resource-types.ts";

const source = process.argv[2];
if (source === undefined) throw new Error("which file of schemas?");
const { providers, resources } = JSON.parse(readFileSync(source, "utf8")) as {
  providers: Record<string, string>;
  resources: Record<string, unknown>;
};
const types = Object.values(RESOURCE_TYPES).map(({ type }) => type);
const missing = types.filter((type) => !(type in resources));
if (missing.length > 0) throw new Error(`${source} lacks ${missing.join(", ")}`);
const trimmed = { providers, resources: Object.fromEntries(types.toSorted().map((type) => [type, resources[type]])) };
writeFileSync(
  new URL("../../fixtures/terraform-schema.json.gz", import.meta.url),
  gzipSync(JSON.stringify(trimmed), { level: 9 }),
);
