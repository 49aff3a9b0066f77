/**
 * Errors in S3's words. The list of codes and their status:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const CODES = {
  BadDigest: 400,
  BucketNotEmpty: 409,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  KeyTooLongError: 400,
  /** Not S3's: the key cannot be a file's path (see `key-path.ts`). */
  LocalKeyUnsupported: 400,
  /** Not S3's: the key's path is taken, by a folder, by an object on the way to it, or by a key that differs in case alone. */
  LocalKeyConflict: 409,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  NotModified: 304,
  PreconditionFailed: 412,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** A code of an S3 error answer. */
export type S3ErrorCode = keyof typeof CODES;

/** An S3 error answer: code, text, and further elements such as `BucketName`. */
export class S3Error extends Error {
  override readonly name = "S3Error";
  readonly code: S3ErrorCode;
  readonly details: Readonly<Record<string, string>>;

  constructor(code: S3ErrorCode, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** HTTP status of the answer. */
  get status(): number {
    return CODES[this.code];
  }
}

/** `NoSuchBucket`. */
export function noSuchBucket(bucket: string): S3Error {
  return new S3Error("NoSuchBucket", "The specified bucket does not exist", { BucketName: bucket });
}

/** `NoSuchKey`. */
export function noSuchKey(key: string): S3Error {
  return new S3Error("NoSuchKey", "The specified key does not exist.", { Key: key });
}

/** `NotImplemented`, naming what was asked for. */
export function notImplemented(what: string): S3Error {
  return new S3Error("NotImplemented", `The local S3 does not implement ${what}.`);
}
