/** Targets that fail as they are told, for the tests of the fuzzing itself. */
import { bytesFrom } from "../../bench/fuzz/inputs/bytes.ts";
import { claim } from "../../bench/fuzz/target.ts";
import type { FuzzInstance, FuzzTarget } from "../../bench/fuzz/target.ts";

function planted(name: string, start: () => FuzzInstance): FuzzTarget {
  const inputs = bytesFrom({ seeds: ["seed", "other"], tokens: ["!", "bug", "x"] });
  return { name, group: "decoder", claim: "none", share: 1, inputs, start };
}

const works = (): void => undefined;

export const TARGETS: readonly FuzzTarget[] = [
  planted("sound", () => ({ run: works, checkWorks: works })),
  planted("wrong", () => ({ run: (input) => claim(!input.includes("bug"), "no bug"), checkWorks: works })),
  planted("spoilt", () => {
    let spoilt = false;
    return {
      run: (input) => void (spoilt ||= input.includes("!")),
      checkWorks: () => claim(!spoilt, "works afterwards"),
    };
  }),
  planted("crash", () => ({
    run: (input) => {
      if (input.includes("bug")) process.abort();
    },
    checkWorks: works,
  })),
  planted("hang", () => ({
    run: (input) => {
      while (input.includes("bug"));
    },
    checkWorks: works,
  })),
];
