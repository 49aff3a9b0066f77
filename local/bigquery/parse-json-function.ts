import { DuckDBScalarFunction, VARCHAR } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import { parseJsonText } from "./parameters.ts";

/** The function behind PARSE_JSON of a text that is no literal. */
export function registerParseJson(connection: DuckDBConnection): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: "sluice_parse_json",
      parameterTypes: [VARCHAR],
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const texts = input.getColumnValues(0);
        for (const [index, text] of texts.entries())
          output.setItem(index, text === null ? null : parseJsonText(String(text)));
        output.flush();
      },
    }),
  );
}
