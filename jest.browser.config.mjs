// `npm run test:browser`: the report of `sluice tune advise` in the system's Chromium. Without one it fails and says what it needs.
import config from "./jest.config.mjs";

export default { ...config, roots: ["<rootDir>/test/browser"], testPathIgnorePatterns: ["/node_modules/"] };
