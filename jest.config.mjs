export default {
  roots: ["<rootDir>/test"],
  // Jest would leave one of two processors idle.
  maxWorkers: 2,
  // Ample, for a machine that is busy with other things: no test measures time.
  testTimeout: 60_000,
  testMatch: ["**/*.test.ts"],
  // These have commands of their own: jest.cloud.config.mjs, jest.end-to-end.config.mjs, jest.engine.config.mjs, jest.preview.config.mjs, jest.resharding.config.mjs, jest.signals.config.mjs, jest.simulation.config.mjs, jest.terraform.config.mjs.
  testPathIgnorePatterns: [
    "/node_modules/",
    "<rootDir>/test/cloud/real/",
    "<rootDir>/test/browser/",
    "<rootDir>/test/end-to-end/(?!generated-log)",
    "<rootDir>/test/engine/",
    "<rootDir>/test/hostile/",
    "<rootDir>/test/infra/runs/",
    "<rootDir>/test/policy/stacks/",
    "<rootDir>/test/preview/runs/",
    "<rootDir>/test/resharding/runs/",
    "<rootDir>/test/signals/",
    "<rootDir>/test/simulation/",
    "<rootDir>/test/terraform/provider/",
    "<rootDir>/test/terraform/stacks/",
  ],
  testEnvironment: "node",
  extensionsToTreatAsEsm: [],
  // Pulumi's SDK loads these for what no test does (closures, package trees), and they are most of its loading time.
  moduleNameMapper: {
    "^typescript$": "<rootDir>/test/support/empty-module.cjs",
    "^@npmcli/arborist$": "<rootDir>/test/support/empty-module.cjs",
  },
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: { target: "es2024", parser: { syntax: "typescript" } },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
  },
};
