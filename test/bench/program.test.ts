import { Writable } from "node:stream";
import { registerAll } from "../../bench/all/all.ts";
import { runBench } from "../../bench/program.ts";
import { positiveWholeNumber, wholeNumberFrom } from "../../cli/options.ts";

class Text extends Writable {
  text = "";
  override _write(chunk: Buffer | string, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function bench(...args: string[]): Promise<{ code: number | undefined; out: string; err: string; ran: number }> {
  const [stdout, stderr] = [new Text(), new Text()];
  let ran = 0;
  const code = await runBench(
    [
      (program) =>
        void program
          .command("sums")
          .option("--executions <n>", "how many", positiveWholeNumber)
          .option("--rate <n>", "how fast", wholeNumberFrom(1, 950))
          .action(() => void ran++),
    ],
    args,
    { stdout, stderr },
  );
  return { code, out: stdout.text, err: stderr.text, ran };
}

test.each([
  [["nope"], "error: unknown command 'nope'\n"],
  [
    ["sums", "--executions", "x"],
    "error: option '--executions <n>' argument 'x' is invalid. It is a whole number from 1.\n",
  ],
  [
    ["sums", "--rate", "0"],
    "error: option '--rate <n>' argument '0' is invalid. It is a whole number from 1 to 950.\n",
  ],
  [
    ["sums", "--rate", "1e2"],
    "error: option '--rate <n>' argument '1e2' is invalid. It is a whole number from 1 to 950.\n",
  ],
])("bench %j exits with 2 and one line", async (args, err) => {
  expect(await bench(...args)).toEqual({ code: 2, out: "", err, ran: 0 });
});

test("the default bench takes no name of another", async () => {
  const [stdout, stderr] = [new Text(), new Text()];
  expect(await runBench([registerAll], ["nope", "--publish"], { stdout, stderr })).toBe(2);
  expect([stdout.text, stderr.text]).toEqual(["", "error: unknown command 'nope'\n"]);
});

test("no bench, and none that is the default, exits with 2 and the help; --help exits with 0", async () => {
  const { code, err } = await bench();
  expect([code, err.split("\n")[0]]).toEqual([2, "Usage: npm run bench -- [options] [command]"]);
  expect((await bench("--help")).code).toBe(0);
});

test("a bench that runs sets the exit code itself", async () => {
  expect(await bench("sums", "--rate", "950")).toEqual({ code: undefined, out: "", err: "", ran: 1 });
});
