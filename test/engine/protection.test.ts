/** What the engine says to changes that would lose data where data is to be kept: buckets, datasets and tables are protected. */
import { Engine, nameOf, summary } from "./support/engine.ts";

const ARCHIVE = "aws:s3/bucket:Bucket archive-data-bucket";
const BUCKETS = [ARCHIVE, "aws:s3/bucket:Bucket dead-letter-bucket"];
const STREAM = "aws:kinesis/stream:Stream player-log-stream";
const DATASET = "gcp:bigquery/dataset:Dataset warehouse-data-dataset";
const TABLES = [..."0123456789abcdef"].map((digit) => `gcp:bigquery/table:Table warehouse-data-${digit}`);

/** What the engine refuses to delete or to replace, by type and name. */
function refused(output: string): readonly string[] {
  const urns = [...output.matchAll(/resource "([^"]+)"(?: cannot be deleted)?\s+(?:because|as) it is .*protect/g)];
  return [...new Set(urns.map(([, urn]) => nameOf(urn!)))].sort();
}

describe.each(["staging", "production"])("stack %s", (stack) => {
  let engine: Engine;
  const undo: (() => void)[] = [];

  beforeAll(async () => {
    engine = await Engine.start({ stack, made: true });
  });
  afterEach(() => {
    for (const each of undo.splice(0)) each();
  });
  afterAll(() => engine.close());

  function edit(file: string, text: string, replacement: string): void {
    undo.push(engine.project.edit(file, text, replacement));
  }

  async function refusedByPreview(): Promise<readonly string[]> {
    const { code, output } = await engine.run("preview", "--suppress-outputs");
    expect(code).toBeGreaterThan(0);
    return refused(output);
  }

  test("the engine has nothing to do where the runner in this process has made it", async () => {
    const { code, output } = await engine.run("preview", "--expect-no-changes", "--suppress-outputs");
    expect([code, summary(output)]).toEqual([0, [`${engine.graph.resources.length} unchanged`]]);
  });

  test("other names of buckets and dataset would replace them and every table", async () => {
    edit("infra/components/data-bucket.ts", "bucket: args.bucketName", "bucket: `${args.bucketName}-2`");
    edit("infra/components/warehouse.ts", "datasetId: warehouse.dataset", "datasetId: `${warehouse.dataset}_2`");
    expect(await refusedByPreview()).toEqual([...BUCKETS, DATASET, ...TABLES]);
  });

  test("a column of another type would replace every table", async () => {
    edit("contract/columns.ts", 'name: "log_text",\n    type: "STRING"', 'name: "log_text",\n    type: "JSON"');
    expect(await refusedByPreview()).toEqual(TABLES);
  });

  test("without its backend a bucket would be deleted", async () => {
    // As it is: the edit is undone with what follows.
    edit(`stacks/Pulumi.${stack}.yaml`, "config:", "config:");
    await engine.run("config rm", "--path", "sluice:backends.archive");
    expect(await refusedByPreview()).toEqual([ARCHIVE]);
  });

  test("a destroy is refused before anything is deleted", async () => {
    const { code, output } = await engine.run("destroy", "--yes", "--suppress-outputs");
    expect(code).toBeGreaterThan(0);
    // Without the tables' deletion that of the dataset is not tried.
    expect(refused(output)).toEqual([STREAM, ...BUCKETS, ...TABLES]);
    expect(engine.cloud.services.mappings.size).toBe(2);
  });
});
