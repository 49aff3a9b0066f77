import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { FORMAT_METADATA, formatOfObject } from "../../contract/formats.ts";
import type { PutObject } from "./object-store.ts";

/**
 * Writes objects to S3 with the AWS SDK, which takes region, credentials and a local endpoint (`AWS_ENDPOINT_URL_S3`) from
 * the function's environment. Its own retries are off: {@link ObjectStore} retries, within the invocation's time.
 */
export function s3PutObject(client: S3Client = new S3Client({ maxAttempts: 1 })): PutObject {
  return async ({ bucket, key, body }, signal) => {
    const format = formatOfObject(key);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: "application/x-ndjson",
      ...(format !== undefined && { Metadata: { [FORMAT_METADATA]: format } }),
      // No ContentEncoding: clients that undo it would hand out plain text under a name that ends in .gz.
    });
    await client.send(command, { abortSignal: signal });
  };
}
