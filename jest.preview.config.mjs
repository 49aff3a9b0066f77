// `npm run test:preview`: previews of whole programs and of revisions in work trees, and every stack against the policy; they take a while. `npm test` is the shorter for it.
import config from "./jest.config.mjs";

export default {
  ...config,
  roots: ["<rootDir>/test/preview/runs", "<rootDir>/test/policy/stacks"],
  testPathIgnorePatterns: ["/node_modules/"],
};
