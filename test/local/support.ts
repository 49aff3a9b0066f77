import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import { startCloud } from "../../local/cloud.ts";
import type { CloudOptions, LocalCloud } from "../../local/cloud.ts";
import { realiserOf } from "../../local/realise/index.ts";
import type { CloudFacts, Inputs, Realised, WithBehaviour } from "../../local/realise/realiser.ts";
import type { Services } from "../../local/services.ts";

export const FACTS: CloudFacts = {
  accountId: "000000000000",
  region: "us-east-1",
  googleProject: "sluice-local",
  googleProjectNumber: "100000000000",
};

/** A folder of its own for a test, gone at the end of the file. */
export function runFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), "sluice-cloud-"));
  folders.push(directory);
  return directory;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A cloud with nothing in it unless a graph says so. */
export function openCloud(directory: string, clock: Clock, options: Partial<CloudOptions> = {}): Promise<LocalCloud> {
  let seed = 1;
  return startCloud({
    graph: { resources: [], outputs: {} },
    facts: FACTS,
    directory,
    clock,
    random: () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647,
    limits: false,
    accountConcurrency: 10,
    onInvocation: () => undefined,
    onProblem: (problem) => {
      throw problem;
    },
    ...options,
  });
}

/** The realiser of a type that does something. */
export function behaviourOf(type: string): WithBehaviour {
  const realiser = realiserOf(type);
  if (realiser?.behaviour !== "real") throw new Error(`${type} does nothing`);
  return realiser;
}

/** One resource on a running cloud, through its realiser, as a provider would drive it. */
export class Resource {
  readonly #realiser: WithBehaviour;
  readonly #services: Services;
  readonly #name: string;
  #now: Realised;

  private constructor(realiser: WithBehaviour, services: Services, name: string, inputs: Inputs) {
    this.#realiser = realiser;
    this.#services = services;
    this.#name = name;
    this.#now = this.#declared(inputs);
  }

  static async create(services: Services, type: string, inputs: Inputs, name = "tried"): Promise<Resource> {
    const realiser = behaviourOf(type);
    const resource = new Resource(realiser, services, name, inputs);
    await realiser.create(resource.#now, services);
    return resource;
  }

  get id(): string {
    return this.#now.id;
  }

  output(name: string): string {
    return String(this.#now.outputs[name]);
  }

  read(): Inputs | undefined {
    return this.#realiser.read(this.id, this.#services);
  }

  /** Changes some inputs, `undefined` takes one out; what it was stays where the cloud refuses. */
  async update(changes: Inputs): Promise<void> {
    const entries = Object.entries({ ...this.#now.inputs, ...changes }).filter(([, value]) => value !== undefined);
    const next = this.#declared(Object.fromEntries(entries));
    await this.#realiser.update(this.#now, next, this.#services);
    this.#now = next;
  }

  async delete(): Promise<void> {
    await this.#realiser.delete(this.#now, this.#services);
  }

  #declared(inputs: Inputs): Realised {
    const context = { ...FACTS, name: this.#name, project: "sluice", stack: "local" };
    const { id, ...computed } = this.#realiser.outputs(inputs, context);
    return { id, inputs, outputs: { ...inputs, ...computed } };
  }
}
