/** What the command's exit codes mean; every command uses only these. */
export const EXIT = {
  /** Done, and for `sluice local` and `sluice audit`: the audit holds. */
  ok: 0,
  /** Something went wrong while running: no connection, a broken file, a refused query. */
  failed: 1,
  /** The command line or a file that it names is wrong; nothing was started. */
  usage: 2,
  /** Everything ran, but the audit does not hold: records are missing, pending, doubled, unexpected or damaged. */
  auditBroken: 3,
  /** Everything ran, but `sluice preview --fail-on` found what is not to go out: a mandatory policy violated, shards beyond ×½–×2 of those that there are, or data lost. */
  refused: 4,
  /** Everything ran, but `sluice status` found something wrong: an alarm rings, nobody watches, or dead letters wait for a replay. */
  unwell: 5,
  /** Ended by SIGINT (Ctrl-C): 128 + 2. */
  interrupted: 130,
  /** Ended by SIGTERM: 128 + 15. */
  terminated: 143,
  /** Ended by SIGHUP, when the terminal goes away: 128 + 1. */
  hungUp: 129,
} as const;

/** Lines for the help text. */
export const EXIT_CODES_HELP = [
  "Exit codes: 0 done (local, audit: the audit holds), 1 failed, 2 wrong command line,",
  "            3 the audit does not hold, 4 refused (preview --fail-on), 5 something is wrong (status),",
  "            130/143 ended by SIGINT/SIGTERM.",
].join("\n");
