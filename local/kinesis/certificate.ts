/**
 * A self-signed certificate for 127.0.0.1 and localhost, made anew at each start, so that no private key lies in the repository
 * and no openssl is needed. node:crypto signs but has no call that makes a certificate, so the few DER structures of RFC 5280 are written here.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Certificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const DAY_MS = 86_400_000;
const VALID_DAYS = 3650;

const SEQUENCE = 0x30;
const SET = 0x31;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const ECDSA_WITH_SHA256 = der(SEQUENCE, oid("2a8648ce3d040302"));

/** Makes a key pair (P-256) and its certificate, valid from a day before `nowMs` for ten years. */
export function selfSignedCertificate(nowMs: number): Certificate {
  const keys = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, oid("550403"), der(UTF8_STRING, Buffer.from("sluice local")))));
  const validity = der(SEQUENCE, time(nowMs - DAY_MS), time(nowMs + VALID_DAYS * DAY_MS));
  const content = der(
    SEQUENCE,
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    keys.publicKey,
    der(0xa3, der(SEQUENCE, ...extensions())),
  );
  const signature = sign("sha256", content, createPrivateKey(keys.privateKey));
  const certificate = der(SEQUENCE, content, ECDSA_WITH_SHA256, bitString(signature));
  return { certificatePem: pem(certificate), privateKeyPem: keys.privateKey };
}

/** It is its own authority, so that a client may trust it by naming it; and it stands for the local host only. */
function extensions(): Buffer[] {
  const names = der(SEQUENCE, der(0x82, Buffer.from("localhost")), der(0x87, Buffer.of(127, 0, 0, 1)));
  return [
    der(SEQUENCE, oid("551d13"), der(0x01, Buffer.of(0xff)), octets(der(SEQUENCE, der(0x01, Buffer.of(0xff))))),
    der(SEQUENCE, oid("551d11"), octets(names)),
  ];
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function integer(positive: Buffer): Buffer {
  return der(0x02, positive);
}

function octets(content: Buffer): Buffer {
  return der(0x04, content);
}

function bitString(content: Buffer): Buffer {
  return der(0x03, Buffer.of(0), content);
}

/** `20261121090000Z`. */
function time(ms: number): Buffer {
  return der(GENERALIZED_TIME, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
