import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERRORS } from "@tutti/protocol/errors";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/catalog/catalog.ts";
import { cliPage } from "./cli-page.ts";
import { commandLines, isUnderstood } from "./command-lines.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const PAGES = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => join("docs", name))
  .concat("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "AGENTS.md");

describe("the documentation of the commands", () => {
  it("is what the catalog says (write it again with `vitest -u`)", async () => {
    const path = join(root, "docs/cli.md");
    expect(existsSync(path)).toBe(true);
    await expect(cliPage()).toMatchFileSnapshot(path);
  });

  it("has examples that parse", () => {
    const all = COMMANDS.flatMap((spec) => [spec, ...(spec.commands ?? [])]);
    const lines = all.flatMap(({ examples }) => examples.map(({ command }) => command));
    expect(lines.filter((line) => !isUnderstood(line))).toEqual([]);
  });

  it("names nothing on any page that the command line does not take", () => {
    const lines = PAGES.flatMap((page) =>
      commandLines(readFileSync(join(root, page), "utf8")).map((line) => ({ page, line })),
    );
    expect(lines.filter(({ line }) => !isUnderstood(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(150);
  });

  it("is followed by what an error says to do", () => {
    const lines = Object.values(ERRORS).flatMap(({ mend }) => commandLines(mend));
    expect(lines.filter((line) => !isUnderstood(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(30);
  });

  it.each([
    ["an unknown command", "Type `tutti finish`."],
    ["an unknown option", "Type `tutti renew RUN STEP --hold`."],
    ["an unknown word of a group", "Type `tutti keys put NAME`."],
    ["an argument too many", "```sh\ntutti merge RUN main  # now\n```"],
    ["an option that the demo lacks", "```sh\nnpm start -- --twice\n```"],
  ])("finds %s", (_, page) => {
    expect(commandLines(page).map((line) => isUnderstood(line))).toEqual([false]);
  });

  it("tells whoever changes the code of every folder and every file of the composition", () => {
    const text = readFileSync(join(root, "AGENTS.md"), "utf8");
    const parts = readdirSync(join(root, "packages/tutti/src"), { withFileTypes: true })
      .filter((one) => one.isDirectory() || one.name.endsWith(".ts"))
      .map(({ name }) => name);
    expect(parts.filter((name) => !text.includes(name))).toEqual([]);
    expect(parts.length).toBeGreaterThan(20);
  });

  it("names every command once", () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
