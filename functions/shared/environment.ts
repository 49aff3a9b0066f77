import { ENVIRONMENT } from "../../contract/environment.ts";

/** A function's environment variables, as `process.env` gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What every consumer is told. */
export interface ConsumerEnvironment {
  /** Name of the backend. */
  readonly backend: string;
  readonly streamName: string;
  /** `""` for the stream's first generation. */
  readonly streamGeneration: string;
  readonly deadLetterBucket: string;
}

/** Reads variables and collects what is wrong with them, to be thrown at once. */
export class EnvironmentReader {
  readonly #variables: Variables;
  readonly #problems: string[] = [];

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** A variable that must be there and not empty. */
  required(name: string): string {
    const value = this.#variables[name];
    if (value !== undefined && value !== "") return value;
    this.problem(name, value, "must be set and not empty");
    return "";
  }

  /** A variable that may be empty or absent: `""` then. */
  optional(name: string): string {
    return this.#variables[name] ?? "";
  }

  /** A whole number above 0, or `undefined` where the variable is empty or absent. */
  optionalCount(name: string): number | undefined {
    const value = this.optional(name);
    if (value === "") return undefined;
    if (!/^[1-9]\d{0,8}$/.test(value)) this.problem(name, value, "must be a whole number above 0, or empty");
    return Number(value);
  }

  /** Notes a problem with a variable. */
  problem(name: string, value: string | undefined, rule: string): void {
    this.#problems.push(`${name}=${value === undefined ? "(not set)" : JSON.stringify(value)}: ${rule}`);
  }

  /** Throws one error that lists every problem, if there are any. The Pulumi program sets all variables. */
  check(): void {
    if (this.#problems.length > 0) throw new Error(`bad environment: ${this.#problems.join("; ")}`);
  }
}

/** Reads what every consumer needs. */
export function readConsumerEnvironment(reader: EnvironmentReader): ConsumerEnvironment {
  return {
    backend: reader.required(ENVIRONMENT.backend),
    streamName: reader.required(ENVIRONMENT.streamName),
    streamGeneration: reader.optional(ENVIRONMENT.streamGeneration),
    deadLetterBucket: reader.required(ENVIRONMENT.deadLetterBucket),
  };
}

/** The function's memory, which Lambda puts in the environment; NaN where it does not say. */
export function memoryMb(variables: Variables): number {
  return Number(variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]);
}
