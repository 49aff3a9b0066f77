import { execFileSync } from "node:child_process";
import { join } from "node:path";

test("Node strips types without a flag from 22.18 on, but not 23 before 23.6", () => {
  const versions = ["20.19.5", "22.17.9", "22.18.0", "23.5.0", "23.6.0", "24.0.0", "25.1.0"];
  // By Node itself: the launcher is a module of plain JavaScript, which Jest does not load.
  const script = `import { stripsTypes } from ${JSON.stringify(join(import.meta.dirname, "../../bin/node24.mjs"))};
    console.log(JSON.stringify(process.argv.slice(1).filter(stripsTypes)));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "--eval", script, "--", ...versions]);
  expect(JSON.parse(out.toString())).toEqual(["22.18.0", "23.6.0", "24.0.0", "25.1.0"]);
});
