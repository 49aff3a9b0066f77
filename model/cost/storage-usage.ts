/** What keeping data uses, as it stands once the oldest of it goes. Pure. */
import type { Group, Usage } from "./bill.ts";
import type { ObjectLifetime } from "./configuration.ts";
import { gbMonths } from "./quantities.ts";

/** S3 moves no smaller objects by itself. https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const SMALLEST_MOVED_BYTES = 128 * 1024;
/** Days after which a BigQuery partition that has not changed is long-term. https://cloud.google.com/bigquery/pricing#storage */
const ACTIVE_DAYS = 90;

/** Objects that come in during the time that is priced. */
export interface StoredObjects {
  readonly group: Group;
  /** E.g. `archive`. */
  readonly name: string;
  readonly objects: number;
  readonly gb: number;
  readonly lifetime: ObjectLifetime;
  readonly horizonDays: number;
}

/** Storage classes that objects go through, and the requests that move them; small ones stay in Standard. */
export function objectStorage({ group, name, objects, gb, lifetime, horizonDays }: StoredObjects): Usage[] {
  const part = { group, storage: true } as const;
  const end = Math.min(lifetime.expireAfterDays ?? Infinity, horizonDays);
  const moved = objects > 0 && (gb * 2 ** 30) / objects >= SMALLEST_MOVED_BYTES;
  const glacier = moved ? Math.min(lifetime.glacierAfterDays ?? Infinity, end) : end;
  const infrequent = moved ? Math.min(lifetime.infrequentAccessAfterDays ?? Infinity, glacier) : end;
  const transitions = (from: number, to: number): number => (from < to ? objects / 1e3 : 0);
  return [
    { ...part, item: `Standard, ${name}`, price: "s3.standard", quantity: gbMonths(gb, infrequent) },
    {
      ...part,
      item: `Standard-IA, ${name}`,
      price: "s3.infrequent",
      quantity: gbMonths(gb, glacier - infrequent),
    },
    { ...part, item: `Glacier, ${name}`, price: "s3.glacier", quantity: gbMonths(gb, end - glacier) },
    {
      ...part,
      item: `moves to Standard-IA, ${name}`,
      price: "s3.to-infrequent",
      quantity: transitions(infrequent, glacier),
    },
    { ...part, item: `moves to Glacier, ${name}`, price: "s3.to-glacier", quantity: transitions(glacier, end) },
  ];
}

/** Storage of the tables. */
export function tableStorage(gb: number, partitionExpiryDays: number | undefined, horizonDays: number): Usage[] {
  const part = { group: "warehouse", storage: true } as const;
  const end = Math.min(partitionExpiryDays ?? Infinity, horizonDays);
  const active = Math.min(ACTIVE_DAYS, end);
  return [
    { ...part, item: "storage, active", price: "bigquery.active", quantity: gbMonths(gb, active) },
    { ...part, item: "storage, long-term", price: "bigquery.long-term", quantity: gbMonths(gb, end - active) },
  ];
}
