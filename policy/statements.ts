/** Statements of AWS policy documents, wherever a stack has them. Pure. */
import { z } from "zod";
import { type PolicyResource, type PolicyStack, ofType } from "./stack.ts";

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const STATEMENT = z.object({
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([z.string(), z.record(z.string(), oneOrMore)]).optional(),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  NotResource: oneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

const DOCUMENT = z.object({ Statement: z.union([z.array(STATEMENT), STATEMENT.transform((one) => [one])]) });

/** One statement, lists as lists. */
export type Statement = z.infer<typeof STATEMENT>;

/** What a document hangs on: decides what its `Resource: *` means. */
export type DocumentKind = "identity" | "trust" | "key" | "resource";

/** A document, and where it stands. */
export interface PolicyDocument {
  readonly holder: PolicyResource;
  readonly kind: DocumentKind;
  /** `undefined` for a text that is no policy document. */
  readonly statements: readonly Statement[] | undefined;
}

/** Which property of which type is a document. */
const DOCUMENTS: readonly (readonly [type: string, property: string, kind: DocumentKind])[] = [
  ["aws:iam/rolePolicy:RolePolicy", "policy", "identity"],
  ["aws:iam/policy:Policy", "policy", "identity"],
  ["aws:iam/userPolicy:UserPolicy", "policy", "identity"],
  ["aws:iam/role:Role", "assumeRolePolicy", "trust"],
  ["aws:kms/key:Key", "policy", "key"],
  ["aws:s3/bucketPolicy:BucketPolicy", "policy", "resource"],
  ["aws:sns/topicPolicy:TopicPolicy", "policy", "resource"],
  ["aws:kinesis/resourcePolicy:ResourcePolicy", "policy", "resource"],
];

/** Every document of a stack. */
export function documentsOf(stack: PolicyStack): readonly PolicyDocument[] {
  return DOCUMENTS.flatMap(([type, property, kind]) =>
    ofType(stack, type)
      .filter(({ inputs }) => inputs[property] !== undefined)
      .map((holder) => ({ holder, kind, statements: statementsOf(holder.inputs[property]) })),
  );
}

function statementsOf(document: unknown): readonly Statement[] | undefined {
  try {
    return DOCUMENT.parse(typeof document === "string" ? JSON.parse(document) : document).Statement;
  } catch {
    return undefined;
  }
}

/** Principals of a statement as texts: `*`, `AWS:*`, `Service:lambda.amazonaws.com`. */
export function principalsOf({ Principal }: Statement): readonly string[] {
  if (Principal === undefined) return [];
  if (typeof Principal === "string") return [Principal];
  return Object.entries(Principal).flatMap(([kind, names]) => names.map((name) => `${kind}:${name}`));
}
