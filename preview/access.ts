/** Who may do what, in a stack, and what of it a change gives and takes. Pure. */
import type { Graph, GraphResource } from "../local/graph.ts";
import { clauseOf, resourceName } from "./access-words.ts";

/** What one of them may do more or less. */
export interface AccessChange {
  /** `warehouse role`, `service s3.amazonaws.com`. */
  readonly who: string;
  readonly kind: "may now" | "may no longer" | "is now refused to" | "is no longer refused to";
  /** Clauses: `write objects bucket/logs/*`. */
  readonly what: readonly string[];
  /** Whether it is as wide as a wildcard, or open to others than this account. */
  readonly wide: boolean;
}

/** One thing that somebody may do or is refused. */
interface Permission {
  readonly who: string;
  readonly effect: "Allow" | "Deny";
  readonly action: string;
  readonly resource: string;
  readonly condition: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What a change gives and takes, wide first, then in order of whom. */
export function accessChanges(before: Graph | undefined, after: Graph | undefined): readonly AccessChange[] {
  const [old, now] = [permissionsOf(before), permissionsOf(after)];
  const given = [...now].filter(([key]) => !old.has(key)).map(([, permission]) => permission);
  const taken = [...old].filter(([key]) => !now.has(key)).map(([, permission]) => permission);
  const changes = [
    ...grouped(given, (effect) => (effect === "Allow" ? "may now" : "is now refused to")),
    ...grouped(taken, (effect) => (effect === "Allow" ? "may no longer" : "is no longer refused to")),
  ];
  const rank = ({ wide, kind }: AccessChange) => (wide && !kind.startsWith("may no longer") ? 0 : 1);
  return changes.sort(
    (one, other) => rank(one) - rank(other) || (one.who < other.who ? -1 : one.who > other.who ? 1 : 0),
  );
}

function grouped(
  permissions: readonly Permission[],
  kindOf: (effect: Permission["effect"]) => AccessChange["kind"],
): readonly AccessChange[] {
  const groups = new Map<string, Permission[]>();
  for (const permission of permissions) {
    const key = `${kindOf(permission.effect)} ${permission.who}`;
    groups.set(key, [...(groups.get(key) ?? []), permission]);
  }
  return [...groups.values()].map((group): AccessChange => {
    const [{ who, effect }] = group as [Permission];
    return { who, kind: kindOf(effect), what: clausesOf(group), wide: group.some(isWide) };
  });
}

/** One clause for each thing that may be done, under whatever name; what is done to many tables at once is one. */
function clausesOf(group: readonly Permission[]): readonly string[] {
  const byAction = new Map<string, Set<string>>();
  for (const { action, resource, condition } of group) {
    const key = clauseOf(action, "%") + condition;
    byAction.set(key, (byAction.get(key) ?? new Set()).add(resource));
  }
  return [...byAction].map(([clause, resources]) => clause.replace("%", () => listOf([...resources]))).sort();
}

const MOST_NAMED = 4;

function listOf(names: readonly string[]): string {
  if (names.length <= MOST_NAMED) return names.join(", ");
  return `${names[0]!} … ${names.at(-1)!} (${names.length})`;
}

function isWide({ effect, action, resource, who }: Permission): boolean {
  if (effect === "Deny") return false;
  return (
    action.includes("*") ||
    resource === "everything" ||
    who === "everybody" ||
    /^account .*, another/.test(who) ||
    WIDE_MEMBERS.test(who)
  );
}

/** https://cloud.google.com/iam/docs/principals-overview */
const WIDE_MEMBERS = /allUsers|allAuthenticatedUsers/;

function permissionsOf(graph: Graph | undefined): ReadonlyMap<string, Permission> {
  if (graph === undefined) return new Map();
  const context = contextOf(graph);
  const permissions = graph.resources.flatMap((resource) => resourcePermissions(resource, context));
  return new Map(
    permissions.map((each) => [[each.who, each.effect, each.action, each.resource, each.condition].join("\n"), each]),
  );
}

interface Context {
  /** What the stack calls its keys, by their ARNs: only a deployment knows their ids. */
  readonly keys: ReadonlyMap<string, string>;
  /** What the stack calls its roles, service accounts and custom roles, by their physical names. */
  readonly calledBy: ReadonlyMap<string, string>;
  readonly account: string | undefined;
}

function contextOf(graph: Graph): Context {
  const keys = new Map(
    graph.resources
      .filter(({ type }) => type === "aws:kms/key:Key")
      .map(({ name, outputs }) => [String(outputs["arn"]), keyCalled(name)]),
  );
  const calledBy = new Map<string, string>();
  for (const { type, name, inputs, outputs } of graph.resources) {
    if (type === "aws:iam/role:Role") calledBy.set(String(inputs["name"]), `${name.replace(/-role$/, "")} role`);
    if (type === "gcp:serviceaccount/account:Account")
      calledBy.set(`serviceAccount:${String(outputs["email"])}`, "the service account");
    if (type === "gcp:projects/iAMCustomRole:IAMCustomRole")
      calledBy.set(String(outputs["name"]), `the role ${String(inputs["title"])}`);
  }
  const provider = graph.resources.find(({ type }) => type === "pulumi:providers:aws");
  const accounts = /\d{12}/.exec(JSON.stringify(provider?.inputs["allowedAccountIds"] ?? ""));
  return { keys, calledBy, account: accounts?.[0] };
}

/** What one resource says about access. */
function resourcePermissions(resource: GraphResource, context: Context): readonly Permission[] {
  const { type, name, inputs } = resource;
  switch (type) {
    case "aws:iam/rolePolicy:RolePolicy":
      return statements(inputs["policy"], context, { who: roleCalled(String(inputs["role"]), context) });
    case "aws:iam/role:Role":
      return statements(inputs["assumeRolePolicy"], context, { resource: roleCalled(String(inputs["name"]), context) });
    case "aws:s3/bucketPolicy:BucketPolicy":
    case "aws:sns/topicPolicy:TopicPolicy":
      return statements(inputs["policy"], context, {});
    case "aws:kms/key:Key":
      return statements(inputs["policy"], context, { resource: keyCalled(name) });
    case "gcp:bigquery/iamMember:IamMember":
      return [granted(inputs, context, `table ${String(inputs["tableId"])}`)];
    case "gcp:serviceaccount/iAMMember:IAMMember":
      return [granted(inputs, context, "the service account")];
    case "gcp:projects/iAMCustomRole:IAMCustomRole":
      return ((inputs["permissions"] as readonly string[] | undefined) ?? []).map((action) => ({
        ...{ who: `whoever has the role ${String(inputs["title"])}`, effect: "Allow", action, condition: "" },
        resource: "the tables it is given for",
      }));
    case "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider":
      return [federated(inputs)];
    default:
      return [];
  }
}

function keyCalled(name: string): string {
  return `the key ${name.replace(/-key$/, "")}`;
}

function roleCalled(physicalName: string, { calledBy }: Context): string {
  return calledBy.get(physicalName) ?? `role ${physicalName}`;
}

function granted(inputs: Fields, { calledBy }: Context, resource: string): Permission {
  const [member, role] = [String(inputs["member"]), String(inputs["role"])];
  const held = calledBy.get(role);
  const who = calledBy.get(member) ?? member.replace(/^principalSet:.*attribute\.aws_role\//, "AWS role ");
  return { who, effect: "Allow", action: held === undefined ? role : `use ${held}`, resource, condition: "" };
}

function federated(inputs: Fields): Permission {
  const account = String((inputs["aws"] as Fields | undefined)?.["accountId"]);
  const condition = inputs["attributeCondition"] === undefined ? "" : `, if ${String(inputs["attributeCondition"])}`;
  return { who: `account ${account}`, effect: "Allow", action: "sign in", resource: "Google's side", condition };
}

interface StatementText {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

/** What a policy document says; `about` is who or what it hangs on. */
function statements(
  document: unknown,
  context: Context,
  about: { readonly who?: string; readonly resource?: string },
): readonly Permission[] {
  return parsed(document).flatMap((statement) => {
    const effect = statement.Effect === "Deny" ? "Deny" : "Allow";
    const condition = statement.Condition === undefined ? "" : `, if ${conditionText(statement.Condition)}`;
    const resources =
      about.resource === undefined
        ? listed(statement.Resource).map((arn) => context.keys.get(arn) ?? resourceName(arn))
        : [about.resource];
    const whos = about.who === undefined ? principals(statement.Principal, context) : [about.who];
    return whos.flatMap((who) =>
      listed(statement.Action).flatMap((action) =>
        resources.map((resource) => ({ who, effect, action, resource, condition }) as const),
      ),
    );
  });
}

function parsed(document: unknown): readonly StatementText[] {
  if (typeof document !== "string") return [];
  try {
    const { Statement } = JSON.parse(document) as { readonly Statement?: StatementText | readonly StatementText[] };
    return Statement === undefined ? [] : ([Statement].flat() as readonly StatementText[]);
  } catch {
    return [];
  }
}

function listed(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function principals(principal: unknown, { account }: Context): readonly string[] {
  if (principal === "*") return ["everybody"];
  if (typeof principal !== "object" || principal === null) return [String(principal)];
  return Object.entries(principal as Readonly<Record<string, string | readonly string[]>>).flatMap(([kind, values]) =>
    listed(values).map((value) => {
      if (value === "*") return "everybody";
      if (kind === "Service") return `service ${value}`;
      const name = /^\d{12}$/.test(value) ? `account ${value}` : resourceName(value);
      const foreign = account !== undefined && /\d{12}/.exec(value)?.[0] !== account;
      return foreign ? `account ${/\d{12}/.exec(value)?.[0] ?? value}, another (${name})` : name;
    }),
  );
}

function conditionText(condition: unknown): string {
  return Object.entries(condition as Readonly<Record<string, Fields>>)
    .flatMap(([operator, tests]) =>
      Object.entries(tests).map(([key, value]) => `${key} ${operator} ${[value].flat().map(String).join(" or ")}`),
    )
    .join(" and ");
}
