/** GitHub's own parser, over the workflows and actions of a folder. Bundled by parser.ts: the package's JSON imports are not Node's. */
import { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } from "@actions/workflow-parser";
import { convertActionTemplate, parseAction } from "@actions/workflow-parser/actions/index";

const trace = new NoOperationTraceWriter();

/** What the parser says of a file. */
export interface Parsed {
  readonly file: string;
  readonly errors: readonly string[];
  /** Jobs of a workflow, steps of an action. */
  readonly parts: number;
}

/** Parses texts by their paths below the repository: `.github/workflows/ci.yml`. */
export async function parseAll(texts: Readonly<Record<string, string>>): Promise<readonly Parsed[]> {
  const fileOf = (path: string) => ({ name: path, content: texts[path] ?? "" });
  const files = { getFileContent: (ref: object) => Promise.resolve(fileOf("path" in ref ? String(ref.path) : "")) };
  const parsed: Parsed[] = [];
  for (const file of Object.keys(texts).sort()) {
    parsed.push(file.endsWith("/action.yml") ? action(file, fileOf(file)) : await workflow(file, fileOf(file), files));
  }
  return parsed;
}

type File = Parameters<typeof parseWorkflow>[0];
type Files = NonNullable<Parameters<typeof convertWorkflowTemplate>[2]>;

async function workflow(file: string, text: File, files: Files): Promise<Parsed> {
  const { context, value } = parseWorkflow(text, trace);
  const template = value && (await convertWorkflowTemplate(context, value, files, { fetchReusableWorkflowDepth: 1 }));
  const errors = [...context.errors.getErrors().map(String), ...(template?.errors ?? []).map(({ Message }) => Message)];
  return { file, errors, parts: template?.jobs?.length ?? 0 };
}

function action(file: string, text: File): Parsed {
  const { context, value } = parseAction(text, trace);
  const { runs } = convertActionTemplate(context, value!);
  const parts = runs.using === "composite" ? runs.steps.length : 0;
  return { file, errors: context.errors.getErrors().map(String), parts };
}
