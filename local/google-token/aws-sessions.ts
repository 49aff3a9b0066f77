/** Credentials of role sessions, as Lambda gives its functions: issued here, known to the local token exchange. */
import { createHash } from "node:crypto";
import type { Random } from "../../contract/clock.ts";
import { randomText } from "./random-text.ts";

/** Credentials of one session of a role. */
export interface AwsSession {
  /** `ASIA…`, as all temporary ones start. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`: what GetCallerIdentity says. */
  readonly arn: string;
  readonly accountId: string;
  /** `AROA…:SESSION`. */
  readonly userId: string;
}

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:[\x21-\x7e]*\/)?([\w+=,.@-]{1,64})$/;
/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The sessions that have been issued and not revoked. */
export class AwsSessions {
  readonly #random: Random;
  readonly #sessions = new Map<string, AwsSession>();

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * Opens a session of a role: `issue("arn:aws:iam::000000000000:role/writer", "fn")`. A role's path is not in the
   * session's ARN. Throws a RangeError for what is no role's ARN or no session name.
   */
  issue(roleArn: string, sessionName: string): AwsSession {
    const [, accountId, role] = ROLE_ARN.exec(roleArn) ?? [];
    if (accountId === undefined || role === undefined) throw new RangeError(`not a role's ARN: ${roleArn}`);
    if (!SESSION_NAME.test(sessionName)) throw new RangeError(`not a session name: ${sessionName}`);
    const roleId = createHash("sha256").update(roleArn).digest("hex").toUpperCase().slice(0, 17);
    const session = {
      accessKeyId: `ASIA${randomText(this.#random, BASE32, 16)}`,
      secretAccessKey: randomText(this.#random, BASE64, 40),
      sessionToken: randomText(this.#random, BASE64, 160),
      arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${sessionName}`,
      accountId,
      userId: `AROA${roleId}:${sessionName}`,
    };
    this.#sessions.set(session.accessKeyId, session);
    return session;
  }

  /** The session of an access key, `undefined` if it is not known. */
  find(accessKeyId: string): AwsSession | undefined {
    return this.#sessions.get(accessKeyId);
  }

  /** Forgets a session: when its function's environment ends. */
  revoke(accessKeyId: string): void {
    this.#sessions.delete(accessKeyId);
  }
}
