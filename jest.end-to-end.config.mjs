// `npm run test:end-to-end`: whole runs, hostile input of every class, and the program in two checkouts; they take a while. `npm test` is the shorter for it.
import config from "./jest.config.mjs";

export default {
  ...config,
  roots: ["<rootDir>/test/end-to-end", "<rootDir>/test/hostile", "<rootDir>/test/infra/runs"],
  // One whole run is part of `npm test`.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/end-to-end/generated-log.test.ts"],
};
