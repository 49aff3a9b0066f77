/** Errors of the CloudWatch API, by the codes that its clients decide on. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html */

/** A request that CloudWatch would refuse, or that is not supported locally. */
export class CloudWatchError extends Error {
  /** Name of the shape in the service's model: `InvalidParameterValueException`. */
  readonly shape: string;
  /** Code of the query protocol, which the clients show: `InvalidParameterValue`. */
  readonly code: string;
  readonly status: number;

  constructor(shape: string, code: string, message: string, status = 400) {
    super(message);
    this.name = "CloudWatchError";
    this.shape = shape;
    this.code = code;
    this.status = status;
  }
}

export function invalidValue(message: string): CloudWatchError {
  return new CloudWatchError("InvalidParameterValueException", "InvalidParameterValue", message);
}

export function missingParameter(name: string): CloudWatchError {
  const message = `The parameter ${name} is required.`;
  return new CloudWatchError("MissingRequiredParameterException", "MissingParameter", message);
}

export function invalidToken(): CloudWatchError {
  return new CloudWatchError("InvalidNextToken", "InvalidNextToken", "The next token is none of this call.");
}

export function unknownOperation(name: string): CloudWatchError {
  const message = `The operation ${name} is not known to the local CloudWatch.`;
  return new CloudWatchError("UnknownOperationException", "InvalidAction", message);
}
