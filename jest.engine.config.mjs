// `npm run test:engine`: the program under the real Pulumi engine (docs/engine.md). It needs the Pulumi CLI, or Go to build one once.
import config from "./jest.config.mjs";

export default {
  ...config,
  roots: ["<rootDir>/test/engine"],
  testPathIgnorePatterns: ["/node_modules/"],
  globalSetup: "<rootDir>/test/engine/support/find-engine.ts",
  // Each step runs the whole program.
  testTimeout: 300_000,
};
