/** A whole number for people: `1,234,567`. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
