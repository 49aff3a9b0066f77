import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UsageError, codeOf, messageOf } from "../errors.ts";
import { writeWhole } from "../local/endpoints-file.ts";

const VERSION = 1;
/** Where states are kept unless `--state` says otherwise. */
const FOLDER = join(".sluice", "replay");

const stateSchema = z.object({
  version: z.literal(VERSION),
  /** What is replayed: a state belongs to one replay. */
  replay: z.string(),
  untilMs: z.number(),
  /** How far each part is: a shard's last sequence number, the archive's last key. */
  positions: z.record(z.string(), z.string()),
});

/**
 * How far a replay from a source that stays as it is (archive, stream) has come, in a small file, so that one that was
 * killed goes on where it was. What was under way then is written again: nothing is missing, and readers see it once.
 */
export class ReplayState {
  /** The arrival time that the replay goes up to: the one of its first start where none is given. */
  readonly untilMs: number;
  /** Whether an earlier replay left it. */
  readonly resumed: boolean;
  readonly #file: string | undefined;
  readonly #replay: string;
  readonly #positions: Map<string, string>;

  private constructor(file: string | undefined, replay: string, untilMs: number, positions?: Record<string, string>) {
    this.#file = file;
    this.#replay = replay;
    this.untilMs = untilMs;
    this.resumed = positions !== undefined;
    this.#positions = new Map(Object.entries(positions ?? {}));
  }

  /** A state that is kept nowhere: for a dry run, and for sources that shrink as they are replayed. */
  static none(untilMs: number): ReplayState {
    return new ReplayState(undefined, "", untilMs);
  }

  /**
   * The state that an earlier run of the same replay has left, or a new one. `replay` says what is replayed; `file` is
   * `undefined` for one in `.sluice/replay/`. Throws a UsageError if the file is of another replay or no such file.
   */
  static open(file: string | undefined, replay: string, untilMs: number): ReplayState {
    const hash = createHash("sha256").update(replay).digest("hex").slice(0, 12);
    const path = file ?? join(FOLDER, `${hash}.json`);
    if (!existsSync(path)) return new ReplayState(path, replay, untilMs);
    const state = read(path);
    if (state.replay !== replay) {
      throw new UsageError(`${path} is of another replay: ${state.replay}`, {
        hint: "Name another file with --state.",
      });
    }
    return new ReplayState(path, replay, state.untilMs, state.positions);
  }

  /** How far a part is, `undefined` for not begun. */
  position(part: string): string | undefined {
    return this.#positions.get(part);
  }

  /** Notes, on disk, that a part is done up to here. */
  reach(part: string, position: string): void {
    this.#positions.set(part, position);
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    writeWhole(this.#file, {
      version: VERSION,
      replay: this.#replay,
      untilMs: this.untilMs,
      positions: Object.fromEntries(this.#positions),
    });
  }

  /** Forgets it: the replay is complete, and the next one begins anew. */
  finish(): void {
    if (this.#file !== undefined) rmSync(this.#file, { force: true });
  }
}

function read(path: string): z.infer<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const why = codeOf(error) === undefined ? "it is no state of a replay" : messageOf(error);
    throw new UsageError(`${path}: ${why}`, {
      cause: error,
      hint: "Name another file with --state. One that a replay has left may be deleted: the replay then begins anew.",
    });
  }
}
