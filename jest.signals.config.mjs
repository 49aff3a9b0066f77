// `npm run test:signals`: whole runs that are started to be ended, which takes a while. `npm test` is the shorter for it.
import config from "./jest.config.mjs";

export default { ...config, roots: ["<rootDir>/test/signals"], testPathIgnorePatterns: ["/node_modules/"] };
