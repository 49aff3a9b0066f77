/** Whatever the program can declare, the forwarder apart; test/terraform/stacks has each stack as it is. */
export const EVERYTHING = {
  configOverrides: {
    "alarms.email": "on-call@example.com",
    "stream.mode": "on-demand",
    tags: { team: "player-data" },
    "backends.search": { grants: [], environment: { QUERY: '${aws:username} %{if} $${x} "quoted"', PLAIN: "$" } },
    "backends.archive.fanOutSwitches": ["2026-11-21T09:00:00Z"],
    "backends.archive.createdWithFanOut": false,
  },
};
