/**
 * One issue for each environment that has drifted, closed when the drift is gone: `drift-issues.mjs FOLDER STACK…`. The folder has
 * `drift-STACK/state` (none or found) and `drift-STACK/report.txt`; a stack without them could not be checked. What
 * `drift-STACK/owner.md` says of the shard count stands in the issue. Ends with 1 for any drift.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BOT, all, github } from "./github.mjs";

/** An issue's text may have 65,536 characters. */
const MAX_CHARACTERS = 60_000;
const FENCE = "``````````";

const [folder, ...stacks] = process.argv.slice(2);
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;

/** What is known of a stack: none, found or unchecked, the engine's own words, and whose the shard count is. */
function checked(stack) {
  const [state, report, note] = ["state", "report.txt", "owner.md"].map((file) => {
    const path = join(folder, `drift-${stack}`, file);
    return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
  });
  const owner = note ? `\n${note}\n` : "";
  if (state === undefined) return { state: "unchecked", text: "The check did not run to its end.", owner };
  return { state, text: report ?? "", owner };
}

function bodyOf(stack, { state, text, owner }) {
  const first =
    state === "found"
      ? `\`${stack}\` is not what was deployed last, or could not be compared.`
      : `\`${stack}\` could not be checked.`;
  // The last lines say how many resources differ, or what went wrong.
  const shown = text.slice(-MAX_CHARACTERS).replaceAll(FENCE, "`````````");
  return `${first} [The run](${run}).\n${owner}\n${FENCE}\n${shown.trimEnd()}\n${FENCE}\n`;
}

const issues = (await all("/issues?state=open")).filter(
  (one) => one.user.login === BOT && one.pull_request === undefined,
);
for (const stack of stacks) {
  const title = `Drift in ${stack}`;
  const open = issues.find((one) => one.title === title);
  const result = checked(stack);
  process.stdout.write(`${stack}: ${result.state}\n`);
  if (result.state === "none") {
    if (open === undefined) continue;
    await github("POST", `/issues/${open.number}/comments`, { body: `The drift is gone. [The run](${run}).\n` });
    await github("PATCH", `/issues/${open.number}`, { state: "closed" });
  } else {
    process.exitCode = 1;
    const body = bodyOf(stack, result);
    if (open === undefined) await github("POST", "/issues", { title, body });
    else await github("POST", `/issues/${open.number}/comments`, { body });
  }
}
