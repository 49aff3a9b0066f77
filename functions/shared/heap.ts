import { setFlagsFromString } from "node:v8";

/**
 * How much the heap may grow over what lives on it, in percent, before V8 marks it all again. By its own choice V8 does that once for
 * each event of 6 MB, on four threads: 3–5 µs of a record's processor time. At 100 % it takes half of that and 8–15 MB more memory
 * (docs/performance.md); the runtime's limit of the heap holds as before.
 */
const HEAP_GROWTH_PERCENT = 100;

/**
 * Tells V8, which looks at these flags whenever it sets its next limit or has been idle; NODE_OPTIONS does not take the first. To be called
 * once, at the start. After eight idle seconds V8 collects twice more to give memory back, and pays for it with the next events, up to
 * 2 µs of a record; nobody else may use a function's memory.
 */
export function collectLessOften(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  setFlagsFromString("--no-memory-reducer");
}
