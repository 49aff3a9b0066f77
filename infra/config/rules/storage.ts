/** Rules on how long things are kept and how records are read. */
import type { Finding, Rule } from "./rule.ts";

/** S3 keeps an object at least this long in Standard-IA before the next class. https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const INFREQUENT_ACCESS_DAYS = 30;

const archive: Rule = {
  text: "Archive objects move to Glacier at least 30 days after Standard-IA, and expire after both.",
  check({ archive: { infrequentAccessAfterDays: infrequent, glacierAfterDays: glacier, expireAfterDays: expiry } }) {
    const findings: Finding[] = [];
    if (infrequent !== undefined && glacier !== undefined && glacier < infrequent + INFREQUENT_ACCESS_DAYS) {
      findings.push({
        field: "archive.glacierAfterDays",
        value: glacier,
        rule: `at least ${INFREQUENT_ACCESS_DAYS} days after archive.infrequentAccessAfterDays (${infrequent})`,
        fix: `write ${infrequent + INFREQUENT_ACCESS_DAYS} or more, or never for one of them`,
        reads: ["archive.infrequentAccessAfterDays"],
      });
    }
    const last = Math.max(infrequent ?? 0, glacier ?? 0);
    if (expiry !== undefined && expiry <= last) {
      findings.push({
        field: "archive.expireAfterDays",
        value: expiry,
        rule: `after the last move to a colder class (${last} days)`,
        fix: `write ${last + 1} or more, or never for the moves`,
        reads: ["archive.infrequentAccessAfterDays", "archive.glacierAfterDays"],
      });
    }
    return findings;
  },
};

const keptLongEnough: Rule = {
  text: "`archive.expireAfterDays` and `warehouse.partitionExpiryDays` are longer than `stream.retentionHours`: a record may be delivered that late.",
  check(config) {
    const retentionDays = config.stream.retentionHours / 24;
    const least = Math.floor(retentionDays) + 1;
    const kept = [
      ["archive.expireAfterDays", config.archive.expireAfterDays],
      ["warehouse.partitionExpiryDays", config.warehouse.partitionExpiryDays],
    ] as const;
    return kept.flatMap(([field, days]) =>
      days === undefined || days >= least
        ? []
        : [
            {
              field,
              value: days,
              rule: `longer than stream.retentionHours (${config.stream.retentionHours}): a record may be delivered that late`,
              fix: `write ${least} or more, or never`,
              reads: ["stream.retentionHours"],
            },
          ],
    );
  },
};

const recentDays: Rule = {
  text: "`warehouse.recentDays` is at most `warehouse.partitionExpiryDays`.",
  check({ warehouse: { recentDays: days, partitionExpiryDays: expiry } }) {
    if (expiry === undefined || days <= expiry) return [];
    return [
      {
        field: "warehouse.recentDays",
        value: days,
        rule: `at most warehouse.partitionExpiryDays (${expiry}): older partitions are gone`,
        fix: `write ${expiry} or less`,
        reads: ["warehouse.partitionExpiryDays"],
      },
    ];
  },
};

const fieldNames: Rule = {
  text: "The three names under `record` differ.",
  check({ record }) {
    const names = Object.entries(record) as [keyof typeof record, string][];
    return names.flatMap(([key, name], index) => {
      const earlier = names.slice(0, index).find(([, other]) => other === name);
      if (earlier === undefined) return [];
      return [
        {
          field: `record.${key}`,
          value: name,
          rule: `another field than record.${earlier[0]}`,
          fix: "name the field that holds it in your records",
          reads: [`record.${earlier[0]}`],
        },
      ];
    });
  },
};

/** Rules on expiry and on the record's fields. */
export const STORAGE_RULES: readonly Rule[] = [archive, keptLongEnough, recentDays, fieldNames];
