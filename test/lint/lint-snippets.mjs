// Lints snippets with the room rules: reads `[{ filePath, code }]` from standard input, prints the messages of each as JSON.
// A program of its own, since ESLint's configuration is an ES module and jest's modules are not.
import { text } from "node:stream/consumers";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { roomRules } from "../../eslint.config.mjs";

const parser = { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } };
const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: [parser, ...roomRules] });
const answers = [];
for (const { filePath, code } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(code, { filePath });
  answers.push(result.messages.map(({ message }) => message));
}
console.log(JSON.stringify(answers));
