/** Rules as they are named in a configuration file: a row for each value. */

/** `a.b` and its value; a list of plain values is one. What is not set has no row. */
export function ruleRows(value: unknown, path: readonly string[] = []): string[][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) {
    if (value.length === 0) return [];
    if (value.every((one) => typeof one !== "object")) return [[nameOf(path), value.join(", ")]];
    return value.flatMap((one, index) => ruleRows(one, [...path, String(index + 1)]));
  }
  if (typeof value === "object")
    return Object.entries(value).flatMap(([name, one]) => ruleRows(one, [...path, name]));
  return [[nameOf(path), wordOf(path.at(-1) ?? "", value)]];
}

/** Milliseconds in the rules, seconds as a file has them. */
const isDuration = (name: string): boolean => name === "timeout" || name === "setupTimeout";

const wordOf = (name: string, value: unknown): string => {
  if (typeof value === "number" && isDuration(name)) return `${value / 1000}s`;
  return typeof value === "string" ? value : JSON.stringify(value);
};

const nameOf = (path: readonly string[]): string => (path.length === 0 ? "all" : path.join("."));
