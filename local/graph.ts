/** The resource graph: what the Pulumi program declares, as plain data. */

/** An archive of text files, such as a function's code. */
export interface FileArchive {
  readonly files: Readonly<Record<string, string>>;
}

/** One registration. */
export interface GraphResource {
  readonly urn: string;
  /** Type token: `aws:kinesis/stream:Stream`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** As the provider gets them: secrets unwrapped, archives as {@link FileArchive}. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where secrets stand among the inputs, if any do: the way to each, key by key. */
  readonly secrets?: readonly (readonly string[])[];
  /** What the realiser answered: the inputs, and what a cloud computes. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Provider-given id, `""` for components. */
  readonly id: string;
  /** URN of the parent; none for the stack itself. */
  readonly parent?: string;
  /** URNs of what it depends on, through its inputs or by word; sorted. */
  readonly dependencies: readonly string[];
  /** Which of them each input is made of, for inputs that are made of any; sorted. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  /** `urn::id` of an explicit provider. */
  readonly provider?: string;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly retainOnDelete: boolean;
  readonly aliases: readonly string[];
  /** Inputs whose changes are left to somebody else, if there are any. */
  readonly ignoreChanges?: readonly string[];
  /** Whether a provider manages it, rather than being a component. */
  readonly custom: boolean;
  /** Whether a component is made by its own plugin. */
  readonly remote: boolean;
}

/** Everything that one run of the program registered. */
export interface Graph {
  /** In order of registration: whatever a resource depends on comes before it. */
  readonly resources: readonly GraphResource[];
  /** Stack outputs, secrets unwrapped. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** All resources of a type. */
export function ofType(graph: Graph, type: string): readonly GraphResource[] {
  return graph.resources.filter((resource) => resource.type === type);
}

/** The resource of a type and logical name; an error if there is none. */
export function resourceNamed(graph: Graph, type: string, name: string): GraphResource {
  const found = graph.resources.find((resource) => resource.type === type && resource.name === name);
  if (found === undefined) throw new Error(`no ${type} named ${name} in the graph`);
  return found;
}
