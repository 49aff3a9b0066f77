// `npm run test:resharding`: a running stream's shards changed under load, by the command as a user types it; also the auto-scaler on weeks of load, and tuning's longer checks. `npm test` is the shorter for it.
import config from "./jest.config.mjs";

export default { ...config, roots: ["<rootDir>/test/resharding/runs"], testPathIgnorePatterns: ["/node_modules/"] };
