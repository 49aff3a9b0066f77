import { transformSync } from "esbuild";
import { bundleFunction } from "../../../infra/bundle.ts";

/** For provider 5 the functions run on `nodejs22.x`. */
test.each(["archive", "warehouse"])("the bundle of %s has no syntax that Node 22 lacks", (backend) => {
  const { code } = bundleFunction(backend);
  const written = (target: string) => transformSync(code, { format: "esm", target, charset: "utf8" }).code;
  expect(written("node22") === written("node24")).toBe(true);
});
