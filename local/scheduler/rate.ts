/** Units of a rate, in milliseconds. */
const UNITS_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Milliseconds between two invocations of a rate expression: `rate(5 minutes)` is 300,000. `undefined` for any other expression.
 * Singular and plural units are taken alike. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export function rateMs(expression: string): number | undefined {
  const [, value, unit] = /^rate\(([1-9]\d{0,8}) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return unit === undefined ? undefined : Number(value) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
