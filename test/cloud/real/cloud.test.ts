/** On real accounts, which the environment names: `npm run test:cloud` (docs/after-the-up.md). */
import { SluiceCommand } from "../../support/run-sluice.ts";
import { cloudRun } from "../support/cloud-run.ts";
import { realParts } from "../support/real.ts";
import { cloudTestSettings } from "../support/settings.ts";

test("a stack that is up takes 100 marked records to both clouds, says that it is well, and goes without a trace", async () => {
  const settings = cloudTestSettings(process.env);
  await cloudRun({ settings, ...(await realParts()) }, async (stack) => {
    const verify = await new SluiceCommand(["verify", "--stack", stack, "--timeout", "600", "--json"]).ended;
    expect(verify).toMatchObject({ code: 0 });
    expect(JSON.parse(verify.out)).toMatchObject({ sent: 100, allFound: true });
    const status = await new SluiceCommand(["status", "--stack", stack, "--json"]).ended;
    expect(status).toMatchObject({ code: 0 });
    expect(JSON.parse(status.out)).toMatchObject({ problems: [] });
  });
});
