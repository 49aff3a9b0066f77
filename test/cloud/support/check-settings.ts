/** Before all tests: without the environment's word nothing is started. */
import { describeError } from "../../../cli/errors.ts";
import { cloudTestSettings } from "./settings.ts";

export default function checkSettings(): void {
  try {
    cloudTestSettings(process.env);
  } catch (error) {
    process.stderr.write(describeError(error));
    process.exit(2);
  }
}
