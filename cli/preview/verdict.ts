/** What the command says last, of the exit code that it ends with. Pure. */
import type { Preview } from "../../preview/preview.ts";
import { count } from "../../preview/words.ts";
import { CommandError, describeError } from "../errors.ts";

/** What cannot be deployed, a line for each stack; of a program that fails its message and stack, too. */
export function failureLines({ environments }: Preview): readonly string[] {
  return environments.flatMap(({ stack, failure }) => {
    if (failure === undefined) return [];
    const { problems, trace } = failure;
    const what =
      trace === undefined ? `${count(problems.length, "problem")} of its configuration` : "its program fails";
    return [
      describeError(
        new CommandError(`${stack} cannot be deployed: ${what}`, trace === undefined ? {} : { hint: trace }),
      ),
    ];
  });
}
