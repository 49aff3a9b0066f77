/** What no estimate holds, as the command prints it and docs/costs.md lists it. */
export const LEFT_OUT: readonly string[] = [
  "producers: app servers, the Fargate forwarder, traffic into Kinesis from outside the region",
  "reading: queries in BigQuery, GET and LIST requests and retrieval from S3",
  "what goes wrong: retries, redeliveries, diverted and failed records, replays",
  "cold starts, requests to Google's token exchange, CloudTrail, dashboards, versions of overwritten objects",
  "NAT gateways, of which there are none: the functions are in no VPC",
  "taxes, support plans, committed-use and negotiated discounts, On-demand Advantage, first-year free tiers",
];
