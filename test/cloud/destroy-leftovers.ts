/** `npm run test:cloud:destroy-leftovers`: gets rid of what cloud tests have left in somebody's account. */
import { describeError, exitCodeOf } from "../../cli/errors.ts";
import { destroyLeftovers } from "./support/cloud-run.ts";
import { realParts } from "./support/real.ts";

try {
  const parts = await realParts();
  const found = parts.leftovers.list().length;
  const problems = await destroyLeftovers(parts);
  parts.say(`${found - problems.length} of ${found} stacks destroyed.`);
  for (const problem of problems) parts.say(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(describeError(error));
  process.exitCode = exitCodeOf(error);
}
