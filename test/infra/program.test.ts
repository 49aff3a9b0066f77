/**
 * The declared stacks, on the graph. What this does not prove: that AWS and Google accept it. (One file, because each test file loads
 * Pulumi's SDK anew.)
 */
import { describeAutoscaler } from "./cases/autoscaler.ts";
import { describeBackends } from "./cases/backends.ts";
import { describeComponents } from "./cases/components.ts";
import { describeFaults } from "./cases/faults.ts";
import { describeForwarder } from "./cases/forwarder.ts";
import { describeGraphs } from "./cases/graphs.ts";
import { describeStacks } from "./cases/stacks.ts";

// The first run loads the SDK, which takes as long as a busy machine lets it.
jest.setTimeout(60_000);

let mockAwsxLoads = 0;
jest.mock("@pulumi/awsx/ecs/index.js", () => {
  mockAwsxLoads++;
  return jest.requireActual<object>("@pulumi/awsx/ecs/index.js");
});

describe("forwarder and errors", () => describeForwarder(() => mockAwsxLoads));
describe("auto-scaler", describeAutoscaler);
describe("components", describeComponents);
describe("backends", describeBackends);
describe("graphs", describeGraphs);
describe("stacks of one account", describeStacks);
describe("faults", describeFaults);
