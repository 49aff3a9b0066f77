/** What holds for every stack that the project declares, by name: a fact each. */
import * as backends from "./backends.ts";
import * as data from "./data.ts";
import type { Invariant } from "./invariant.ts";
import { namesAreLegal } from "./names.ts";
import * as policies from "./policies.ts";

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  "no Allow holds a star": policies.noStarInAllow,
  "services act for this account only": policies.servicesActForThisAccount,
  "each role may do what its mapping and the encryption need": policies.rolesSuffice,
  "each function has a role of its own": policies.oneRoleEach,
  "each table has day partitions and requires a filter": data.tablesArePartitioned,
  "readers' objects wait for all 16 tables": data.readersDependOnTables,
  "whatever holds data is protected as configured": data.dataIsProtected,
  "a destroy takes data along only where it is unprotected": data.destroyKeepsData,
  "stream, buckets and topic are encrypted under our own keys": data.everythingIsEncrypted,
  "buckets are private, versioned and take TLS only": data.bucketsArePrivate,
  "no mapping delivers before its buckets are versioned, encrypted and private": data.mappingsWaitForBuckets,
  "each mapping has a failure target and settings that lose nothing": backends.mappingsLoseNothing,
  "each function has a log group with retention": backends.functionsAreSound,
  "each alarm has its dimension, its topic and its runbook": backends.alarmsWatch,
  "exactly the writing roles reach Google, for two permissions on 16 tables": backends.federationIsNarrow,
  "everything is tagged by an explicit provider": backends.everythingIsTagged,
  "every name is inside its limit": namesAreLegal,
};
