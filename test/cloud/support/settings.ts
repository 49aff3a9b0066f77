/** What `npm run test:cloud` takes from the environment; docs/after-the-up.md has the table. */
import { UsageError } from "../../../cli/errors.ts";

/** Accounts, and what may be spent on them. */
export interface CloudTestSettings {
  readonly awsAccountId: string;
  readonly awsRegion: string;
  readonly googleProjectId: string;
  readonly googleProjectNumber: string;
  readonly googleLocation: string;
  /** Ceiling of the price of a run that stays up until it expires, US dollars. */
  readonly maxUsd: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly name: string;
  readonly form: RegExp;
  readonly meaning: string;
  readonly default?: string;
}

const VARIABLES = {
  awsAccountId: { name: "SLUICE_TEST_AWS_ACCOUNT", form: /^\d{12}$/, meaning: "AWS account, 12 digits" },
  awsRegion: { name: "SLUICE_TEST_AWS_REGION", form: /^[a-z0-9-]+$/, meaning: "AWS region", default: "us-east-1" },
  googleProjectId: { name: "SLUICE_TEST_GOOGLE_PROJECT", form: /^[a-z][a-z0-9-]+$/, meaning: "Google Cloud project" },
  googleProjectNumber: { name: "SLUICE_TEST_GOOGLE_PROJECT_NUMBER", form: /^\d+$/, meaning: "its number" },
  googleLocation: {
    name: "SLUICE_TEST_GOOGLE_LOCATION",
    form: /^[A-Za-z0-9-]+$/,
    meaning: "location of the dataset",
    default: "US",
  },
  maxUsd: { name: "SLUICE_TEST_MAX_USD", form: /^\d+(\.\d+)?$/, meaning: "what a run may cost at most, US dollars" },
} as const satisfies Readonly<Record<keyof CloudTestSettings, Variable>>;

/** Where Pulumi keeps the state: one of these, since without it nothing could be destroyed from another machine. */
const BACKENDS = ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"];

/** Reads the environment. Throws a UsageError that names every variable that is missing or wrong: nothing has been started then. */
export function cloudTestSettings(environment: Environment): CloudTestSettings {
  const problems: string[] = [];
  const read = (key: keyof CloudTestSettings): string => {
    const { name, form, meaning, default: standard }: Variable = VARIABLES[key];
    const value = environment[name] ?? standard;
    if (value === undefined) problems.push(`${name}: ${meaning}`);
    else if (!form.test(value)) problems.push(`${name} is ${JSON.stringify(value)}: ${meaning}`);
    return value ?? "";
  };
  const settings = {
    awsAccountId: read("awsAccountId"),
    awsRegion: read("awsRegion"),
    googleProjectId: read("googleProjectId"),
    googleProjectNumber: read("googleProjectNumber"),
    googleLocation: read("googleLocation"),
    maxUsd: Number(read("maxUsd")),
  };
  if (BACKENDS.every((name) => environment[name] === undefined)) {
    problems.push(`${BACKENDS.join(" or ")}: where Pulumi keeps the state of the stack`);
  }
  if (problems.length === 0) return settings;
  throw new UsageError("npm run test:cloud deploys to real accounts, and the environment does not say to which", {
    hint: [...problems, "Credentials are taken as by the AWS CLI and gcloud (docs/after-the-up.md)."].join("\n"),
  });
}
