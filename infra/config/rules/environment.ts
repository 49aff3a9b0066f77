/** Rules that depend on which stack it is. */
import type { Rule } from "./rule.ts";

/** Environments for trying things out: their data may go. */
export const UNPROTECTED_ENVIRONMENTS: readonly string[] = ["local", "dev"];

/** Stacks that `npm run test:cloud` makes and destroys. */
const CLOUD_TEST = /^test\d{6}$/;

/** Account id of the embedded cloud. */
const LOCAL_ACCOUNT_ID = "000000000000";

/** Memory in MB that Fargate offers with a processor size. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html */
const FARGATE_MEMORY_MB: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: gigabytes(1, 4),
  1024: gigabytes(2, 8),
  2048: gigabytes(4, 16),
  4096: gigabytes(8, 30),
};

function gigabytes(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => (from + index) * 1024);
}

const protection: Rule = {
  text: "`protectData: false` only in the stacks `local` and `dev`, and in those of `npm run test:cloud` (`test` and six digits).",
  check({ protectData, environment }) {
    if (protectData || UNPROTECTED_ENVIRONMENTS.includes(environment) || CLOUD_TEST.test(environment)) return [];
    return [
      {
        field: "protectData",
        value: false,
        rule: `stack ${environment} holds data to keep; only ${UNPROTECTED_ENVIRONMENTS.join(" and ")} may go without protection`,
        fix: "leave protectData out",
        reads: [],
      },
    ];
  },
};

const account: Rule = {
  text: "Account `000000000000` only in the stack `local`.",
  check(config) {
    if (config.environment === "local" || config.aws.accountId !== LOCAL_ACCOUNT_ID) return [];
    return [
      {
        field: "aws.accountId",
        value: config.aws.accountId,
        rule: "that is the account of the embedded cloud, for stack local",
        fix: "write the id of your account: aws sts get-caller-identity --query Account",
        reads: [],
      },
    ];
  },
};

const forwarder: Rule = {
  text: "No `forwarder` in the stack `local`; elsewhere its memory is one that Fargate offers with its `cpu`.",
  check(config) {
    if (config.forwarder === undefined) return [];
    const { cpu, memoryMb } = config.forwarder;
    const sizes = FARGATE_MEMORY_MB[cpu] ?? [];
    const inLocal = config.environment === "local";
    if (!inLocal && sizes.includes(memoryMb)) return [];
    return [
      inLocal
        ? {
            field: "forwarder",
            value: "on",
            rule: "stack local has no forwarder: it runs on Fargate, which the embedded cloud does not have",
            fix: "remove the section; send records to the local stream with sluice produce",
            reads: [],
          }
        : {
            field: "forwarder.memoryMb",
            value: memoryMb,
            rule: `one of ${sizes.join(", ")}, which Fargate offers with cpu ${cpu}`,
            fix: `write ${sizes.find((size) => size >= memoryMb) ?? sizes[sizes.length - 1]}, or another cpu`,
            reads: ["forwarder.cpu"],
          },
    ];
  },
};

/** Rules on the stack's environment. */
export const ENVIRONMENT_RULES: readonly Rule[] = [protection, account, forwarder];
