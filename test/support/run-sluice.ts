/** The real `sluice` command in a process of its own, started as a user starts it: by its launcher. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { runCommandLine } from "../../cli/program.ts";

const LAUNCHER = join(import.meta.dirname, "../../bin/sluice.mjs");
/** How often something outside this process is looked at, in milliseconds. */
const LOOK_MS = 20;

/** How a command ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A running `sluice`, leader of a process group of its own as if a shell had started it. */
export class SluiceCommand {
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;
  #out = "";
  #err = "";

  /** `stdin`: what it reads, all at once or as it comes. */
  constructor(args: readonly string[], stdin: Buffer | Readable = Buffer.alloc(0)) {
    this.#child = spawn(process.execPath, [LAUNCHER, ...args], { detached: true });
    const { stdin: input, stdout, stderr } = this.#child;
    input!.on("error", () => undefined);
    if (stdin instanceof Readable) stdin.pipe(input!);
    else input!.end(stdin);
    stdout!.setEncoding("utf8").on("data", (text: string) => (this.#out += text));
    stderr!.setEncoding("utf8").on("data", (text: string) => (this.#err += text));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code) => resolve({ code, out: this.#out, err: this.#err }));
    });
  }

  /** Signals the launcher, as `kill` and npm do, or all of its group, as a terminal does. */
  signal(name: NodeJS.Signals, to: "launcher" | "group"): void {
    const pid = this.#child.pid!;
    process.kill(to === "group" ? -pid : pid, name);
  }

  /** Resolves once something holds; fails with what was printed if the command ends before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#child.exitCode !== null) throw new Error(`sluice ended early:\n${this.#out}\n${this.#err}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** What was printed to standard output so far. */
  get printed(): string {
    return this.#out;
  }

  /** Command lines of the processes of its group that run now. */
  running(): readonly string[] {
    return processesOfGroup(this.#child.pid!);
  }

  /** Ends whatever still runs; for the end of a failed test. */
  kill(): void {
    if (this.running().length > 0) this.signal("SIGKILL", "group");
  }
}

/** Runs a command to its end. */
export function sluice(...args: readonly string[]): Promise<CommandEnd> {
  return new SluiceCommand(args).ended;
}

/** The same without a process of its own, which halves its cost. Signals and standard input are this process's. */
export async function sluiceHere(...args: readonly string[]): Promise<CommandEnd> {
  const [stdout, stderr] = [new Text(), new Text()];
  const code = await runCommandLine(args, { stdout, stderr });
  return { code, out: stdout.text, err: stderr.text };
}

/** Keeps what is written to it. */
class Text extends Writable {
  text = "";
  override _write(chunk: Buffer | string, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Command lines of the processes of a group; those that have ended and wait to be collected do not count. */
export function processesOfGroup(group: number): string[] {
  if (process.platform !== "linux") {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pgid=,stat=,command="], { encoding: "utf8" });
    const lines = stdout.split("\n").map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line));
    return lines.flatMap((line) => (line?.[1] === String(group) && !line[2]!.startsWith("Z") ? [line[3]!] : []));
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // After the name in brackets: state, parent, process group. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
        const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
        const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (itsGroup !== String(group) || state === "Z" || state === "X") return [];
        return [readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")];
      } catch {
        return [];
      }
    });
}
