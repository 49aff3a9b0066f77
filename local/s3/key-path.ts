/**
 * Object keys as paths of plain files: the key `logs/a.gz` of the bucket `b` is the file `b/logs/a.gz`.
 *
 * A key that is no such path is refused with `LocalKeyUnsupported`: empty segments (a slash first, last or twice),
 * `.` and `..`, control characters and lone surrogates, a segment over 255 bytes. S3 itself would take them.
 */
import { S3Error } from "./errors.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;
/** NAME_MAX of Linux' and macOS' file systems. */
const MAX_SEGMENT_BYTES = 255;
const CONTROL = /\p{Cc}/u;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

/** Whether a text may name a bucket: 3–63 characters, never starting with a dot, so that dot folders beside buckets are ours. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !IP_ADDRESS.test(name);
}

/** Path segments of a key: `["logs", "a.gz"]`. Throws `KeyTooLongError` or `LocalKeyUnsupported`. */
export function keySegments(key: string): readonly string[] {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", "Your key is too long", { MaxSizeAllowed: String(MAX_KEY_BYTES) });
  }
  const refuse = (why: string): never => {
    throw new S3Error("LocalKeyUnsupported", `The local S3 keeps objects as plain files, and ${why}.`);
  };
  if (CONTROL.test(key)) refuse("a file's name holds no control characters");
  if (!key.isWellFormed()) refuse("this key is not valid Unicode");
  const segments = key.split("/");
  for (const segment of segments) {
    if (segment === "") refuse("a key does not start or end with a slash or hold two in a row");
    if (segment === "." || segment === "..") refuse(`"${segment}" in a key would leave its folder`);
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
      refuse(`a part of a key has at most ${MAX_SEGMENT_BYTES} bytes`);
  }
  return segments;
}
