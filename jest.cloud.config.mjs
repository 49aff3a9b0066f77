// `npm run test:cloud`: up, verify and destroy on real accounts, named by the environment (docs/after-the-up.md). It costs money.
import config from "./jest.config.mjs";

export default {
  ...config,
  roots: ["<rootDir>/test/cloud/real"],
  testPathIgnorePatterns: ["/node_modules/"],
  globalSetup: "<rootDir>/test/cloud/support/check-settings.ts",
  // An up and a destroy take minutes each.
  testTimeout: 3_600_000,
};
