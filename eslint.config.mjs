// Import rules of docs/architecture.md, time as an argument, and the usual correctness rules. Formatting is Prettier's.
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import boundaries from "eslint-plugin-boundaries";
import tseslint from "typescript-eslint";

/** Which rooms each room may import besides itself. */
const ROOMS = {
  contract: [],
  functions: ["contract"],
  "functions/scaler": ["contract", "functions", "model"],
  model: ["contract"],
  infra: ["contract", "model"],
  local: ["contract", "model", "infra"],
  preview: ["contract", "model", "infra", "local"],
  policy: ["contract", "model", "infra", "local", "preview"],
  cli: ["contract", "functions", "functions/scaler", "model", "infra", "local", "preview", "policy"],
  simulation: ["contract", "functions", "model"],
  bench: ["contract", "functions", "model", "infra", "local", "cli", "simulation"],
  test: [
    "contract",
    "functions",
    "functions/scaler",
    "model",
    "infra",
    "local",
    "preview",
    "policy",
    "cli",
    "simulation",
    "bench",
  ],
};

/** Where clock, timers and randomness are handed in. */
const TIME_IS_AN_ARGUMENT = [
  "functions/**/*.ts",
  "model/**/*.ts",
  "local/**/*.ts",
  "preview/**/*.ts",
  "simulation/**/*.ts",
];
/** The files there that compose a process: here the machine's clock and randomness come in. */
const COMPOSITION = ["functions/*/handler.ts", "local/cloud.ts", "simulation/main.ts"];

const HANDED_IN = "Time is an argument: take a Clock or Random of contract/clock.ts instead.";

/** Who may import whom, and time as an argument; needs no types. */
export const roomRules = defineConfig(
  {
    files: ["**/*.{ts,mjs}"],
    plugins: { boundaries },
    settings: {
      // The longer first: a function that is no backend is a room of its own within functions/.
      "boundaries/elements": Object.keys(ROOMS)
        .sort((one, other) => other.length - one.length)
        .map((room) => ({ type: room, pattern: room, partialMatch: false })),
      "import/resolver": { node: { extensions: [".ts", ".mjs"] } },
    },
    rules: {
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          message: "{{from.element.type}} may not import {{to.element.type}}: see docs/architecture.md.",
          policies: Object.entries(ROOMS).flatMap(([room, rooms]) => [
            { from: { element: { type: room } }, allow: { to: { element: { types: { anyOf: [room, ...rooms] } } } } },
            { from: { element: { type: room } }, allow: { to: { module: { origin: ["external", "core"] } } } },
          ]),
        },
      ],
    },
  },
  {
    files: TIME_IS_AN_ARGUMENT,
    ignores: COMPOSITION,
    rules: {
      "no-restricted-globals": [
        "error",
        ...["setTimeout", "setInterval", "performance"].map((name) => ({ name, message: HANDED_IN })),
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: HANDED_IN },
        { object: "Math", property: "random", message: HANDED_IN },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: HANDED_IN },
      ],
      "no-restricted-imports": [
        "error",
        {
          paths: ["node:timers", "node:timers/promises"].map((name) => ({ name, message: HANDED_IN })),
          patterns: [{ regex: "/contract/clock\\.ts$", importNames: ["systemClock"], message: HANDED_IN }],
        },
      ],
    },
  },
);

export default defineConfig(
  globalIgnores(["node_modules/", ".sluice/", "coverage/", "dist/", "test/fixtures/"]),
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: { Buffer: "readonly", console: "readonly", process: "readonly", URL: "readonly" },
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      // The few rules with types that find faults; all of them together take minutes.
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // The compiler reports them, and takes a leading underscore for an answer.
      "@typescript-eslint/no-unused-vars": "off",
    },
  },
  {
    // The SQL library's syntax tree is one union of hundreds of types: asking the checker about it takes half a minute.
    files: ["local/bigquery/sql/**/*.ts"],
    extends: [tseslint.configs.disableTypeChecked],
  },
  roomRules,
);
