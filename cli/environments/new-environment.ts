/** A new environment's stack file, made from another's. Pure. */
import { type Document, type Scalar, isMap, isScalar, parseDocument, visit } from "yaml";
import { MAX_PART_LENGTH, NAME_PATTERN, NAME_RULE } from "../../infra/names.ts";
import { UsageError } from "../errors.ts";

/** What the new file says otherwise than the one that it is made from. */
export interface NewEnvironmentOptions {
  /** Name of the new environment. */
  readonly name: string;
  /** Name of the one that it is made from. */
  readonly from: string;
  readonly awsAccount?: string;
  readonly awsRegion?: string;
  readonly googleProject?: string;
  readonly googleProjectNumber?: string;
}

/** A new stack file. */
export interface NewEnvironment {
  readonly text: string;
  /** What was left out, each with its reason. */
  readonly leftOut: readonly { readonly setting: string; readonly reason: string }[];
}

/** Pulumi's own keys: each stack has a key of its own. */
const KEYS = ["encryptionsalt", "secretsprovider", "encryptedkey"];

/** What belongs to the life of one stack, and would be wrong for another. */
const OF_ONE_STACK = [
  { path: ["sluice:stream", "generation"], reason: "a new stack begins with its first stream" },
  { path: ["sluice:warehouse", "dataset"], reason: "two stacks of one project may not share a dataset" },
];

/** Lines are not broken anew; lists are written as in our own stack files. */
const FORM = { lineWidth: 0, flowCollectionPadding: false };

/** Throws a UsageError for a name that is no stack's, or that is taken. */
export function checkNewName(name: string, taken: readonly string[]): void {
  if (!NAME_PATTERN.test(name) || name.length > MAX_PART_LENGTH) {
    throw new UsageError(`${name} is no name for an environment`, { hint: `A name is ${NAME_RULE}.` });
  }
  if (taken.includes(name)) {
    throw new UsageError(`there is a stack ${name} already`, { hint: `It is in stacks/Pulumi.${name}.yaml.` });
  }
}

/** The text of the new file: comments, order and form stay as they are in the old one. */
export function newEnvironment(text: string, options: NewEnvironmentOptions): NewEnvironment {
  const document = parseDocument(text);
  const leftOut: { setting: string; reason: string }[] = [];
  const leaveOut = (path: readonly string[], reason: string): void => {
    if (!document.hasIn(path)) return;
    document.deleteIn(path);
    leftOut.push({ setting: settingName(path), reason });
  };

  for (const path of encryptedPaths(document)) {
    leaveOut(path, `encrypted with ${options.from}'s key; pulumi config set --secret --stack ${options.name} --path …`);
  }
  for (const key of KEYS) leaveOut([key], `belongs to ${options.from}; pulumi stack init writes the new stack's`);
  for (const { path, reason } of OF_ONE_STACK) leaveOut(["config", ...path], reason);
  for (const backend of backendNames(document)) {
    const path = ["config", "sluice:backends", backend];
    leaveOut([...path, "fanOutSwitches"], `${options.from}'s mapping was switched, the new one is made as it is to be`);
    const fanOut = document.getIn([...path, "fanOut"]) ?? false;
    const created = document.getIn([...path, "createdWithFanOut"]) ?? false;
    if (fanOut !== created) document.setIn([...path, "createdWithFanOut"], fanOut);
  }
  const given = [
    ["sluice:aws", "accountId", options.awsAccount],
    ["sluice:aws", "region", options.awsRegion],
    ["sluice:google", "projectId", options.googleProject],
    ["sluice:google", "projectNumber", options.googleProjectNumber],
  ] as const;
  for (const [section, key, value] of given) if (value !== undefined) setText(document, section, key, value);

  const origin = `# Made from ${options.from}. What is said here of ${options.from} may not hold for ${options.name}.`;
  return { text: `${origin}\n${document.toString(FORM)}`, leftOut };
}

/** Digits stay text: quoted, as they were. */
function setText(document: Document, section: string, key: string, value: string): void {
  const path = ["config", section, key];
  const node = document.getIn(path, true);
  if (isScalar(node)) node.value = value;
  else
    document.setIn(
      path,
      Object.assign(document.createNode(value) as Scalar, /^\d+$/.test(value) ? { type: "QUOTE_DOUBLE" } : {}),
    );
}

function settingName([first, ...rest]: readonly string[]): string {
  return first === "config" ? rest.join(".") : first!;
}

function backendNames(document: Document): readonly string[] {
  const backends = document.getIn(["config", "sluice:backends"]);
  return isMap(backends) ? backends.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : [];
}

/** Where values of the form `{ secure: … }` stand, as keys from the root; of a list the whole of it. */
function encryptedPaths(document: Document): readonly (readonly string[])[] {
  const paths: string[][] = [];
  visit(document, {
    Map: (_, node, parents) => {
      if (node.items.length !== 1 || typeof node.get("secure") !== "string") return undefined;
      const keys: string[] = [];
      for (const parent of parents) {
        if ("items" in parent && !isMap(parent)) break;
        if ("key" in parent && isScalar(parent.key)) keys.push(String(parent.key.value));
      }
      paths.push(keys);
      return visit.SKIP;
    },
  });
  return paths;
}
