import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The system's Chromium or Chrome: `CHROME_PATH`, else the first on `PATH`. An Error that says what is needed. */
export function findChromium(environment: NodeJS.ProcessEnv): string {
  const { CHROME_PATH, PATH = "" } = environment;
  if (CHROME_PATH !== undefined && CHROME_PATH !== "") {
    if (existsSync(CHROME_PATH)) return CHROME_PATH;
    throw new Error(`CHROME_PATH is ${CHROME_PATH}, where there is no file`);
  }
  for (const folder of PATH.split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      if (folder !== "" && isExecutable(file)) return file;
    }
  }
  throw new Error(
    `npm run test:browser needs Chromium or Chrome: none of ${NAMES.join(", ")} is on PATH. ` +
      "Install one (apt-get install chromium) or set CHROME_PATH to its program.",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
