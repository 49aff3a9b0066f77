import { previewOf } from "../../preview/preview.ts";
import type { Preview } from "../../preview/preview.ts";
import { BUCKET, ROLE_POLICY, STREAM, graph, resource } from "./support.ts";

/** A preview in which so many resources with so long values change. */
export function previewWith(count: number, value: string, environments = 1): Preview {
  const side = (suffix: string) => {
    const resources = Array.from({ length: count }, (_, index) => {
      const type = [STREAM, BUCKET, ROLE_POLICY][index % 3]!;
      const policy = JSON.stringify({
        Statement: [{ Effect: "Allow", Action: `s3:${value}${suffix}`, Resource: value }],
      });
      const inputs = {
        name: `${value}${suffix}`,
        bucket: `${value}${index}${suffix}`,
        role: `${value}${index}`,
        policy,
      };
      return resource(type, `${value}${index}`, inputs);
    });
    const findings = resources.map(({ name }) => ({
      ...{
        rule: "r",
        severity: "mandatory" as const,
        resource: name,
        message: value,
        fix: value,
        link: "https://example.com",
      },
    }));
    return { graph: graph(...resources), findings: suffix === "b" ? findings : [] };
  };
  const one = previewOf({ stack: "dev", before: side("a"), after: side("b") });
  return {
    base: "main",
    head: "the change",
    environments: Array.from({ length: environments }, (_, index) => ({ ...one, stack: `dev${index}` })),
  };
}
