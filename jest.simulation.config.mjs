// `npm run test:simulation`: the worlds on a virtual clock, which take a while. `npm test` is the shorter for it.
import config from "./jest.config.mjs";

export default { ...config, roots: ["<rootDir>/test/simulation"], testPathIgnorePatterns: ["/node_modules/"] };
