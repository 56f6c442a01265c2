import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CheckConfig } from "@tutti/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { guardDiff } from "../../src/verification/guard/guard.ts";
import { filesBehind } from "../../src/verification/guard/scripts.ts";

function treeOf(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "tutti-scripts-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const behind = (run: string, scripts: Record<string, string>) =>
  filesBehind([run], treeOf({ "package.json": JSON.stringify({ scripts }) }));

const flagsOf = (path: string) =>
  guardDiff(
    { patch: "", files: [{ path, status: "modified", from: null }], truncated: false },
    {
      checks: [CheckConfig.parse({ run: "npm test" })],
      scripts: ["scripts/run", "lib/check.js", "test/all.js"],
      protectedGlobs: [],
    },
  ).map(({ kind, detail }) => `${kind}: ${detail}`);

describe("what a check runs without naming it", () => {
  test.each([
    ["npm test", { test: "node scripts/run.mjs" }, ["scripts/run.mjs"]],
    ["npm t", { test: "./bin/check --fast" }, ["bin/check"]],
    ["npm run -s unit", { unit: "sh ci.sh; echo done" }, ["ci.sh"]],
    ["yarn unit", { preunit: "python3 gen.py", unit: "true" }, ["gen.py"]],
    ["node --run all", { all: "run-s a b", a: "node a.js", b: "tsx b.ts" }, ["a.js", "b.ts"]],
    ["npm test", { test: "A=1 cross-env B=2 node -r ./hook x.js" }, ["hook", "x.js"]],
    ["npm test", { test: "mocha --config mocha.json --file=setup.js" }, ["mocha.json", "setup.js"]],
    ["npm test", { test: "eslint index.js && tsc -p ." }, []],
    ["npm test", { test: "npm test" }, []],
    ["cargo test", { test: "node scripts/run.mjs" }, []],
  ])("%s", async (run, scripts, files) => {
    expect((await behind(run, scripts)).toSorted()).toEqual(files.toSorted());
  });

  test("recipes of a Makefile are read where make runs, also from a script", async () => {
    const Makefile = "test: build\n\t@node tools/run.js\nbuild:\n\t./build.sh\n";
    const root = treeOf({ Makefile, "package.json": '{"scripts":{"test":"make test"}}' });
    expect(await filesBehind(["make test"], root)).toEqual(["tools/run.js", "build.sh"]);
    expect(await filesBehind(["npm test"], root)).toEqual(["tools/run.js", "build.sh"]);
    expect(await filesBehind(["node --test"], root)).toEqual([]);
  });

  test("a package.json that is no file of the tree, no JSON or without scripts is passed over", async () => {
    const root = treeOf({ "package.json": "{", "a/package.json": "{}" });
    expect(await filesBehind(["npm test"], root)).toEqual([]);
    expect(await filesBehind(["npm test"], join(root, "a"))).toEqual([]);
    expect(await filesBehind(["npm test"], join(root, "none"))).toEqual([]);
    mkdirSync(join(root, "b"));
    symlinkSync("/etc/passwd", join(root, "b/package.json"));
    expect(await filesBehind(["npm test"], join(root, "b"))).toEqual([]);
  });

  test("an edit of such a file raises check-edited, of a test among them does not", () => {
    const named = ["check-edited: A script that a check runs names it."];
    expect(flagsOf("lib/check.js")).toEqual(named);
    expect(flagsOf("scripts/run.mjs")).toEqual(named);
    expect(flagsOf("scripts/run/index.js")).toEqual(named);
    expect(flagsOf("lib/other.js")).toEqual([]);
    expect(flagsOf("test/all.js")).toEqual([]);
  });
});
