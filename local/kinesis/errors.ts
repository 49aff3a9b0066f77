/** An answer of the Kinesis API that is an error: its code (`__type` on the wire), message and HTTP status. */
export class KinesisError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = "KinesisError";
    this.code = code;
    this.status = status;
  }
}

export function invalidArgument(message: string): KinesisError {
  return new KinesisError("InvalidArgumentException", message);
}

export function notFound(message: string): KinesisError {
  return new KinesisError("ResourceNotFoundException", message);
}

export function inUse(message: string): KinesisError {
  return new KinesisError("ResourceInUseException", message);
}

export function limitExceeded(message: string): KinesisError {
  return new KinesisError("LimitExceededException", message);
}
