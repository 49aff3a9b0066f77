// `npm run test:terraform`: every stack's export, and Terraform itself with the real AWS provider. Most of it takes a while, and Terraform is not everywhere.
import config from "./jest.config.mjs";

export default {
  ...config,
  roots: ["<rootDir>/test/terraform/stacks", "<rootDir>/test/terraform/provider"],
  testPathIgnorePatterns: ["/node_modules/"],
  // Terraform starts the provider, a binary of 700 MB, several times in a test.
  testTimeout: 300_000,
};
