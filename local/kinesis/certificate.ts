/**
 * A self-signed certificate for 127.0.0.1 and localhost, made anew at each start: no private key lies in the repository,
 * and no openssl is needed.
 */
import { generate } from "selfsigned";

export interface Certificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 3650;

/** Makes a key pair (P-256) and its certificate, valid from a day before `nowMs` for ten years. */
export async function selfSignedCertificate(nowMs: number): Promise<Certificate> {
  const made = await generate([{ name: "commonName", value: "sluice local" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + VALID_DAYS * DAY_MS),
    extensions: [
      // Its own authority, so that a client may be told to trust it.
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { certificatePem: made.cert, privateKeyPem: made.private };
}
