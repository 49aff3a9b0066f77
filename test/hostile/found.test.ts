import { runOnce } from "../../bench/fuzz/chunk.ts";
import { foundInputs } from "../../bench/fuzz/found.ts";
import { targetOf } from "../../bench/fuzz/targets/index.ts";

test.each(foundInputs())("an input that $target once failed on holds its claim: $name", async ({ target, input }) => {
  await runOnce(targetOf(target)!, input);
});
