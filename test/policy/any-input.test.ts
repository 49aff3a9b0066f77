/** The rules meet inputs that this program never declares: other programs' previews, and what the engine hands to the pack. */
import fc from "fast-check";
import { runProgram } from "../../local/run-program.ts";
import { evaluate } from "../../policy/evaluate.ts";
import { RULE_NAMES } from "../../policy/rules/index.ts";
import { readSettings, settingsFor } from "../../policy/settings.ts";
import { type Inputs, type PolicyResource, type PolicyStack, policyStack } from "../../policy/stack.ts";

const BUNDLES = { has: () => true, bundle: () => ({ code: "export const handler = () => {};" }) };
const production = settingsFor("production", readSettings(RULE_NAMES));

let declared: PolicyStack;
beforeAll(async () => {
  const { graph } = await runProgram({ stack: "production", functions: BUNDLES });
  declared = policyStack(graph, "production", 100);
});

/** Values that an input of their kind never has in this program. */
const AWKWARD: readonly unknown[] = [
  ...[null, true, 7, "", "{", "null", "[null]"],
  ...[[], [null], [[null]], ["text"], [{}]],
  ...[{}, { toString: null }, { Statement: [null] }, { Statement: { Effect: "Allow", Condition: { Bool: null } } }],
];

/** Where inputs have a value, at any depth. */
function paths(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null || "files" in value) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...paths(inner).map((path) => [key, ...path])]);
}

/** Inputs with another value at a path. */
function replaced(inputs: Inputs, path: readonly string[], value: unknown): Inputs {
  const copy = structuredClone(inputs) as Record<string, unknown>;
  const holder = path.slice(0, -1).reduce((object, key) => object[key] as Record<string, unknown>, copy);
  holder[path.at(-1)!] = value;
  return copy;
}

/** The stack with another form of one resource. */
function having(resource: PolicyResource): PolicyStack {
  return { ...declared, resources: declared.resources.map((each) => (each.name === resource.name ? resource : each)) };
}

test("any value in place of any value of any kind of input is judged", () => {
  const shapes = new Map(
    declared.resources.map((each) => [[each.type, ...Object.keys(each.inputs).sort()].join(), each]),
  );
  const tries = [...shapes.values()].flatMap((resource) => [
    ...paths(resource.inputs).flatMap((path) =>
      AWKWARD.map((value) => ({ ...resource, inputs: replaced(resource.inputs, path, value) })),
    ),
    ...AWKWARD.map((value) => ({ ...resource, providerInputs: { defaultTags: value, defaultLabels: value } })),
  ]);
  const failed = tries.filter((resource) => {
    try {
      evaluate(having(resource), production);
      return false;
    } catch {
      return true;
    }
  });
  expect(failed).toEqual([]);
  expect(tries.length).toBeGreaterThan(1000);
});

test("random inputs are judged", () => {
  fc.assert(
    fc.property(fc.nat(), fc.string(), fc.jsonValue(), (nat, property, value) => {
      const resource = declared.resources[nat % declared.resources.length]!;
      for (const key of [property, ...Object.keys(resource.inputs)]) {
        evaluate(having({ ...resource, inputs: { ...resource.inputs, [key]: value } }), production);
      }
    }),
    { numRuns: 20 },
  );
});
