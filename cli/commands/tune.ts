import type { Register } from "../command.ts";
import { register as registerAdvise } from "../tune/advise/register.ts";
import { register as registerApply } from "../tune/apply/register.ts";
import { register as registerObserve } from "../tune/observe/register.ts";
import { register as registerAuto } from "../tune/auto/register.ts";
import { register as registerTrace } from "../tune/trace/register.ts";

const EXAMPLES = `
Examples:
  sluice tune trace --input actions.ndjson.gz --rate-profile daily:2000 --out day.json
  sluice tune advise --trace day.json --slo-age 60s --html advice.html
Nothing is asked or deployed by trace and advise: docs/tuning.md.`;

/** Sub-commands of `sluice tune`, in the order in which they are used; each registers itself below it. */
const SUB_COMMANDS: readonly Register[] = [registerObserve, registerTrace, registerAdvise, registerApply, registerAuto];

/** `sluice tune`: from a trace of the load to the number of shards and the settings of the consumers. */
export const register: Register = (program, context) => {
  const tune = program
    .command("tune")
    .description("how many shards, which settings, what they cost: measured, simulated, advised, applied")
    .addHelpText("after", EXAMPLES);
  for (const registerSubCommand of SUB_COMMANDS) registerSubCommand(tune, context);
};
