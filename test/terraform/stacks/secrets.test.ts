import { Function as Lambda } from "@pulumi/aws/lambda/index.js";
import { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { terraformAnswers } from "../../../cli/terraform/addresses.ts";
import { exportStack } from "../../../cli/terraform/export-stack.ts";
import { filesOf } from "../../../cli/terraform/terraform-command.ts";
import { collectGraph } from "../../../local/collect-graph.ts";

test("a secret of the program is a sensitive variable, and its value stands nowhere", async () => {
  const facts = { accountId: "111111111111", region: "us-east-1", googleProject: "p", googleProjectNumber: "1" };
  const program = () => {
    const variables = { TOKEN: pulumi.secret("hunter2"), PLAIN: "seen" };
    const provider = new Provider("aws", { region: "us-east-1" });
    new Lambda("search-function", { role: "arn:x", environment: { variables } }, { provider });
    return Promise.resolve({});
  };
  const run = { project: "sluice", stack: "dev", mode: "preview", facts, answers: terraformAnswers, program } as const;
  const exported = exportStack(await collectGraph(run), "6");
  const variable = "search_function_environment_variables_TOKEN";
  expect(exported.main.variable).toEqual({
    [variable]: {
      type: "string",
      sensitive: true,
      description: "Secret input environment.variables.TOKEN of search-function (aws:lambda/function:Function).",
    },
  });
  const properties = exported.main.resource["aws_lambda_function"]!["search_function"]!;
  expect(properties["environment"]).toEqual({ variables: { PLAIN: "seen", TOKEN: `\${var.${variable}}` } });
  expect([...filesOf(exported).values()].join("")).not.toContain("hunter2");
});
