/** What is priced is what is declared: the price of a graph is that of the configuration it was declared from. */
import { pricedConfiguration } from "../../../cli/cost/stack-configuration.ts";
import { SERVICE_TIMES } from "../../../model/service-times.ts";
import { pricedGraph } from "../../../preview/priced-graph.ts";
import { STACKS, declared } from "../../infra/support/stacks.ts";

jest.setTimeout(60_000);

test.each(STACKS)("stack %s is priced from its graph as from its configuration", async (stack) => {
  const { config, graph } = await declared(stack);
  const { backends, ...rest } = pricedGraph(graph, SERVICE_TIMES)!;
  const { backends: configured, ...expected } = pricedConfiguration(config);
  expect(rest).toEqual(expected);
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  expect([...backends].sort(byName)).toEqual(
    configured.map((backend, index) => ({
      ...backend,
      reservedConcurrency: config.backends[index]!.reservedConcurrency,
    })),
  );
});

test("a graph without a stream has no price", () => {
  expect(pricedGraph({ resources: [], outputs: {} }, SERVICE_TIMES)).toBeUndefined();
});
