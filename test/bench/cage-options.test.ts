import { Command } from "commander";
import { type CageOptions, cageOptions, commandOf, roundRecords } from "../../bench/cage/options.ts";

function parse(...args: readonly string[]): CageOptions | string {
  let found: CageOptions | undefined;
  let refused = "";
  const command = cageOptions(new Command("warehouse"))
    .exitOverride()
    .configureOutput({ writeErr: (text) => (refused += text) })
    .action((options: CageOptions) => void (found = options));
  try {
    command.parse(args, { from: "user" });
  } catch {
    return refused;
  }
  return found!;
}

test("without options it is a function of 256 MB, plain records and every pass", () => {
  expect(parse()).toEqual({
    ...{ memory: 256, rounds: 5, batchSize: 10_000, format: "plain", seed: 1, invocations: 10_000, flatness: true },
  });
});

test.each([
  [["--memory", "127"], "argument '127' is invalid. It is a whole number from 128 to 1769."],
  [["--memory", "1770"], "argument '1770' is invalid. It is a whole number from 128 to 1769."],
  [["--record-size", "199"], "argument '199' is invalid. It is a whole number from 200 to 65536."],
  [["--format", "avro"], "argument 'avro' is invalid. Allowed choices are plain, kpl, kpl+zlib."],
  [["--record-size", "400", "--input", "x"], "option '--record-size <bytes>' cannot be used with option '--input"],
])("%j is refused", (args, message) => {
  expect(parse(...args)).toContain(message);
});

test("the printed command repeats the run", () => {
  const options = parse("--memory", "512", "--format", "kpl", "--record-size", "4096", "--no-flatness") as CageOptions;
  const command = commandOf("archive", 2_417, options);
  expect(command).toBe(
    "npm run bench -- archive --memory 512 --records 2417 --rounds 5 --batch-size 10000 --format kpl --record-size 4096 " +
      "--seed 1 --no-flatness",
  );
  expect(parse(...command.split(" ").slice(5))).toEqual({ ...options, records: 2_417 });
});

test("an input file takes the place of size and seed", () => {
  expect(commandOf("archive", 7, parse("--input", "log.gz") as CageOptions)).toBe(
    "npm run bench -- archive --memory 256 --records 7 --rounds 5 --batch-size 10000 --format plain --input log.gz " +
      "--invocations 10000",
  );
});

test("a round is about 10 MB unless a number of records is given", () => {
  expect([200, 1_000, 65_536].map((bytes) => roundRecords({}, bytes))).toEqual([20_000, 9_900, 152]);
  expect(roundRecords({ records: 5 }, 1_000)).toBe(5);
});
