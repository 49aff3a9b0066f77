import { CLASSES } from "./classes.ts";
import { log } from "./hostile-class.ts";
import { Pipeline } from "./pipeline.ts";

const GOOD = Buffer.from(log('"f":"good"'));

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await Pipeline.start();
});

afterAll(() => pipeline.close());

describe.each(CLASSES)("hostile input: $title", ({ classes }) => {
  test.each(classes)("$title", async ({ record, outcome }) => {
    const bytes = Buffer.from(record());

    const [before, hostile, after] = await pipeline.send([GOOD, bytes, GOOD]);

    expect(hostile).toEqual(outcome(bytes));
    for (const { archive, warehouse } of [before!, after!]) {
      expect(archive).toEqual([{ log: GOOD.toString() }]);
      expect(warehouse).toMatchObject([{ log: expect.stringContaining('"f":"good"') as string }]);
    }
  });
});
