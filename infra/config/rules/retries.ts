/** Rules that keep a record alive for as long as an outage is to be survived. */
import { grouped } from "../fields.ts";
import {
  MAX_RECORD_AGE_SECONDS,
  MAX_RETRY_ATTEMPTS,
  RETENTION_MARGIN_HOURS,
  maximumRecordAgeSeconds,
  maximumRetryAttempts,
} from "../retries.ts";
import { type Rule, perBackend } from "./rule.ts";

/** Rules on attempts, record age and the alarm before data loss. */
export const RETRY_RULES: readonly Rule[] = [
  {
    text: "Attempts to outlast an outage, ⌈`toleratedOutageHours` ÷ `timeoutSeconds`⌉, are at most 10,000.",
    check: perBackend((backend, path, config) => {
      const attempts = maximumRetryAttempts(config.toleratedOutageHours, backend.timeoutSeconds);
      if (attempts <= MAX_RETRY_ATTEMPTS) return [];
      const least = Math.ceil((config.toleratedOutageHours * 3600) / MAX_RETRY_ATTEMPTS);
      const hours = Math.floor((MAX_RETRY_ATTEMPTS * backend.timeoutSeconds) / 3600);
      return [
        {
          field: `${path}.timeoutSeconds`,
          value: backend.timeoutSeconds,
          rule:
            `an outage of toleratedOutageHours (${config.toleratedOutageHours}) takes ${grouped(attempts)} attempts of ` +
            `this length; Lambda allows ${grouped(MAX_RETRY_ATTEMPTS)}`,
          fix:
            `set timeoutSeconds to at least ${least}` +
            (hours > 0 ? `, or toleratedOutageHours to at most ${hours}` : ""),
          reads: ["toleratedOutageHours"],
        },
      ];
    }),
  },
  {
    text: "The largest record age, the smaller of 7 days and `stream.retentionHours` − 3, is at least `toleratedOutageHours`.",
    check(config) {
      const age = maximumRecordAgeSeconds(config.stream.retentionHours);
      if (age >= config.toleratedOutageHours * 3600) return [];
      const least = config.toleratedOutageHours + RETENTION_MARGIN_HOURS;
      const canRaise = config.toleratedOutageHours * 3600 <= MAX_RECORD_AGE_SECONDS;
      return [
        {
          field: "toleratedOutageHours",
          value: config.toleratedOutageHours,
          rule: `Lambda gives a record up after ${age / 3600} hours (the smaller of 7 days and stream.retentionHours − 3)`,
          fix:
            `set toleratedOutageHours to at most ${age / 3600}` +
            (canRaise ? `, or stream.retentionHours to at least ${least}` : ""),
          reads: ["stream.retentionHours"],
        },
      ];
    },
  },
  {
    text: "`alarms.timeToDataLossHours` is below `stream.retentionHours`, and its alarm rings before `toleratedOutageHours` have passed.",
    check(config) {
      const { retentionHours } = config.stream;
      const hours = config.alarms.timeToDataLossHours;
      const least = retentionHours - config.toleratedOutageHours + 1;
      if (hours < retentionHours && hours >= least) return [];
      return [
        {
          field: "alarms.timeToDataLossHours",
          value: hours,
          rule:
            hours >= retentionHours
              ? `below stream.retentionHours (${retentionHours}): otherwise the alarm always rings`
              : `the alarm rings when records are ${retentionHours - hours} hours old, after toleratedOutageHours (${config.toleratedOutageHours})`,
          fix: `write a number from ${least} to ${retentionHours - 1}`,
          reads: ["stream.retentionHours", "toleratedOutageHours"],
        },
      ];
    },
  },
];
