/** Versions of Node, without running one: what is found on a machine is not run to be looked at. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const HEADER = "include/node/node_version.h";
const PARTS = ["MAJOR", "MINOR", "PATCH"] as const;

/** From the header that is installed beside it; null where there is none. */
export const nodeVersion = (program: string): string | null => {
  const header = textOf(join(dirname(dirname(program)), HEADER));
  const numbers = PARTS.map(
    (part) => new RegExp(`^#define NODE_${part}_VERSION (\\d+)`, "mu").exec(header)?.[1],
  );
  return numbers.includes(undefined) ? null : numbers.join(".");
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // a Node without its headers tells nothing
  }
};

/** `needed` is MAJOR.MINOR. */
export const isOlder = (version: string, needed: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
};
