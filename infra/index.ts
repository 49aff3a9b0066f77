/** Entry of the Pulumi program: what Pulumi.yaml names. */
import { fileURLToPath } from "node:url";
import { bundleFunction } from "./bundle.ts";
import { isSecretSetting, loadConfigFromPulumi } from "./config.ts";
import { program } from "./program.ts";

const PROJECT_ROOT = fileURLToPath(new URL("..", import.meta.url));

export default () => program(loadConfigFromPulumi(PROJECT_ROOT), { bundle: bundleFunction, isSecretSetting });
