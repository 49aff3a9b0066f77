/** Import blocks: Terraform takes over what Pulumi has deployed, without making anything anew. */
import { z } from "zod";
import { UsageError } from "../errors.ts";
import type { DeployedResource } from "./resource-types.ts";
import { RESOURCE_TYPES } from "./resource-types.ts";

/** What is read of `pulumi stack export`: https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/ */
const STATE = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          custom: z.boolean().optional(),
          /** Replaced, and still to be deleted by the next update. */
          delete: z.boolean().optional(),
          id: z.string().optional(),
          outputs: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .optional(),
  }),
});

/** One import block. */
export interface ImportBlock {
  readonly to: string;
  readonly id: string;
}

/** What of a stack can be taken over. */
export interface Imports {
  /** In order of address. */
  readonly blocks: readonly ImportBlock[];
  /** Addresses of what is declared and not deployed: Terraform will make it. */
  readonly missing: readonly string[];
  /** URNs of what is deployed and not declared: it stays with Pulumi. */
  readonly left: readonly string[];
}

/**
 * Makes import blocks from the text of `pulumi stack export`. Throws a UsageError for a text that is none, or one of another stack.
 *
 * @param addresses Terraform's address of each declared resource, by URN
 * @param stateName what errors call the file
 */
export function importBlocks(text: string, addresses: ReadonlyMap<string, string>, stateName: string): Imports {
  const resources = deployedResources(text, stateName);
  const deployed = new Map(resources.map((resource) => [resource.urn, resource]));
  const blocks = [...addresses].flatMap(([urn, to]) => {
    const resource = deployed.get(urn);
    return resource === undefined ? [] : [{ to, id: importId(resource, stateName) }];
  });
  if (blocks.length === 0) {
    throw new UsageError(`${stateName} holds no resource of this stack`, {
      hint: "Write it with: pulumi stack export --stack NAME --file STATE.json",
    });
  }
  const missing = [...addresses].filter(([urn]) => !deployed.has(urn)).map(([, address]) => address);
  const left = [...deployed.keys()].filter((urn) => !addresses.has(urn));
  return { blocks: blocks.sort((one, other) => (one.to < other.to ? -1 : 1)), missing: missing.sort(), left };
}

type State = NonNullable<z.infer<typeof STATE>["deployment"]["resources"]>;

/** Whatever a provider manages, the providers themselves apart. */
function deployedResources(text: string, stateName: string): State {
  const parsed = STATE.safeParse(json(text, stateName));
  if (!parsed.success) {
    throw new UsageError(`${stateName} is not what pulumi stack export writes: ${z.prettifyError(parsed.error)}`);
  }
  return (parsed.data.deployment.resources ?? []).filter(
    ({ type, custom, delete: goes }) => custom === true && goes !== true && !type.startsWith("pulumi:"),
  );
}

function json(text: string, stateName: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`${stateName} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function importId({ urn, type, id = "", outputs = {} }: State[number], stateName: string): string {
  const resource: DeployedResource = {
    text(property) {
      const value = property === "id" ? id : outputs[property];
      if (typeof value === "string" && value !== "") return value;
      throw new UsageError(`${stateName} does not say ${property} of ${urn}`);
    },
  };
  return RESOURCE_TYPES[type]!.importId(resource);
}
