// Run by processes.test.ts as a process of its own: starts two functions' processes, one at rest and one at work, tells their ids, and waits to be killed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerFixture } from "./support.ts";

const fixture = new RunnerFixture();
const pidFile = join(fixture.directory, "pid");
fixture.create("export const handler = async () => process.pid;", { name: "resting" });
fixture.create(
  `import { writeFileSync } from "node:fs";
  export const handler = async (path) => { writeFileSync(path, String(process.pid)); await new Promise(() => setInterval(() => {}, 1000)); };`,
  { name: "working" },
);
const resting = await fixture.invoke({}, "resting");
void fixture.invoke(pidFile, "working");
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  try {
    const working = Number(readFileSync(pidFile, "utf8"));
    const response = resting.kind === "response" ? resting.response : undefined;
    if (working > 0) {
      process.stdout.write(`${JSON.stringify({ pids: [response, working], directory: fixture.directory })}\n`);
      break;
    }
  } catch {
    // Not written yet.
  }
}
