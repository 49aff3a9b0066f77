// Loaded before the runtime of a profiled function (`--import`). SIGUSR2 starts V8's sampling profiler, a second one writes what it
// saw. Both are answered with a file in the folder SLUICE_PROFILE_FOLDER: `started`, then `profile.json`, each whole once it is there.
import { renameSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";

const SAMPLE_MICROS = 250;
const folder = process.env.SLUICE_PROFILE_FOLDER;
const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.setSamplingInterval", { interval: SAMPLE_MICROS });
let running = false;

process.on("SIGUSR2", () => {
  if (running) session.post("Profiler.stop", (_, { profile }) => answer("profile.json", JSON.stringify(profile)));
  else session.post("Profiler.start", () => answer("started", ""));
  running = !running;
});

function answer(name, text) {
  writeFileSync(join(folder, `${name}.part`), text);
  renameSync(join(folder, `${name}.part`), join(folder, name));
}
