import type { TerraformConfiguration } from "../../../cli/terraform/export-stack.ts";

/** What stands for what Google's provider would give. */
export const OF_GOOGLE = "of-google";

/** An export without what Google's provider makes: its binary is not asked here, the schema is (test/terraform/stacks). */
export function awsHalf(main: TerraformConfiguration): TerraformConfiguration {
  const text = JSON.stringify(main).replaceAll(/\$\{google_[^}]*\}/g, OF_GOOGLE);
  const { provider, resource, ...rest } = JSON.parse(text) as TerraformConfiguration;
  const types = Object.entries(resource).filter(([type]) => type.startsWith("aws_"));
  const resources = types.map(([type, named]) => [
    type,
    Object.fromEntries(
      Object.entries(named).map(([name, { depends_on: on, ...properties }]) => [name, { ...properties, ...ofAws(on) }]),
    ),
  ]);
  return {
    ...rest,
    provider: { aws: provider["aws"]! },
    resource: Object.fromEntries(resources) as TerraformConfiguration["resource"],
  };
}

function ofAws(dependsOn: unknown): { depends_on?: string[] } {
  const left = ((dependsOn ?? []) as string[]).filter((address) => address.startsWith("aws_"));
  return left.length > 0 ? { depends_on: left } : {};
}
