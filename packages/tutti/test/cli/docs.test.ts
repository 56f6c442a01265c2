import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COMMANDS, findCommand } from "../../src/cli/catalog/catalog.ts";
import { parseInput } from "../../src/cli/parse-input.ts";
import { cliPage } from "./cli-page.ts";

/** Words of a command line as a shell would split it, up to where a shell does more. */
const wordsOf = (line: string): string[] => {
  const [inside = ""] = line.slice(line.indexOf("tutti ")).split(/ [<>|]|\)/u);
  return [...inside.matchAll(/"([^"]*)"|(\S+)/gu)].map((match) => match[1] ?? match[2] ?? "");
};

const isUnderstood = (words: readonly string[]): boolean => {
  const found = findCommand(words);
  if (found === null) return false;
  if (found.spec.isPassedOn === true) return true;
  try {
    parseInput(found);
    return true;
  } catch {
    return false;
  }
};

describe("the documentation of the commands", () => {
  it("is what the catalog says (write it again with `vitest -u`)", async () => {
    const path = fileURLToPath(new URL("../../../../docs/cli.md", import.meta.url));
    expect(existsSync(path)).toBe(true);
    await expect(cliPage()).toMatchFileSnapshot(path);
  });

  it("has examples that parse", () => {
    const all = COMMANDS.flatMap((spec) => [spec, ...(spec.commands ?? [])]);
    const lines = all.flatMap(({ examples }) => examples.map(({ command }) => command));
    const broken = lines.filter((line) => !isUnderstood(wordsOf(line).slice(1)));
    expect(broken).toEqual([]);
  });

  it("names every command once", () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
