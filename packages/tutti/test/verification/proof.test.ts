import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeRig, type Rig } from "./rig.ts";

const script = (content: string) => ({
  files: [{ path: "proof.mjs", content }],
  run: "node proof.mjs",
});
const suite = (content: string, decides?: string) => ({
  files: [
    {
      path: "proof.test.mjs",
      content: `import test from "node:test"; import assert from "node:assert";\n${content}`,
    },
  ],
  run: "node --test --test-reporter=tap proof.test.mjs",
  ...(decides === undefined ? {} : { test: decides }),
});

const lay = async (rig: Rig, path: string) =>
  (await rig.prove({ files: [{ path, content: "planted" }], run: "ls" }, { times: 3 })).runs;

describe("a reproduction", () => {
  test("runs as often as asked and says what each run decided", async () => {
    const rig = makeRig();
    const result = await rig.prove(script("process.exitCode = 3;"), { times: 3 });
    expect(result).toMatchObject({ proof: "p1", commit: "c".repeat(40) });
    expect(result.runs.map(({ outcome, exitCode }) => [outcome, exitCode])).toEqual([
      ["fail", 3],
      ["fail", 3],
      ["fail", 3],
    ]);
  });

  test("its files replace those of the tree and are laid again for every run", async () => {
    const rig = makeRig({ "lib/value.mjs": "export const value = 1;" });
    const result = await rig.prove(
      {
        files: [
          { path: "lib/value.mjs", content: "export const value = 2;" },
          {
            path: "new/folder/proof.mjs",
            content: `import { value } from "../../lib/value.mjs"; import { rmSync } from "node:fs"; rmSync("lib/value.mjs"); process.exit(value === 2 ? 0 : 1);`,
          },
        ],
        run: "node new/folder/proof.mjs",
      },
      { times: 2 },
    );
    expect(result.runs.map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
  });

  test("passes with exit code 0 and fails with another", async () => {
    const rig = makeRig();
    expect(await rig.outcome(script("console.log('fine');"))).toBe("pass");
    expect(await rig.outcome(script("throw new Error('the claim holds');"))).toBe("fail");
    expect(await rig.outcome(script("import assert from 'node:assert'; assert.equal(1, 2);"))).toBe(
      "fail",
    );
  });

  test("without a named test every test of its report decides", async () => {
    const rig = makeRig();
    expect(await rig.outcome(suite("test('a', () => {});"))).toBe("pass");
    expect(
      await rig.outcome(suite("test('a', () => {}); test('b', () => assert.equal(1, 2));")),
    ).toBe("fail");
  });

  test("a failing command whose tests all pass is a failure", async () => {
    expect(
      await makeRig().outcome({ run: "printf 'TAP version 13\\nok 1 - a\\n1..1\\n'; exit 1" }),
    ).toBe("fail");
  });
});

describe("a reproduction that names the test that decides", () => {
  const content =
    "test('a', async (t) => { await t.test('kid', () => {}); }); test('b', () => assert.equal(1, 2)); test.skip('c', () => {});";

  test.each([
    ["a", "pass"],
    ["kid", "pass"],
    ["a > kid", "pass"],
    ["b", "fail"],
    ["c", "error"],
    ["d", "error"],
    ["ki", "error"],
  ])("reads %s as %s", async (name, outcome) => {
    expect(await makeRig().outcome(suite(content, name))).toBe(outcome);
  });

  test("decides nothing when the output is not TAP", async () => {
    expect(await makeRig().outcome({ ...script("process.exitCode = 1;"), test: "a" })).toBe(
      "error",
    );
  });

  test("a group of tape's assertions is one test", async () => {
    const run =
      "printf 'TAP version 13\\n# one\\nok 1 should be equal\\n# two\\nok 2 should be equal\\nnot ok 3 should be equal\\n1..3\\n'; exit 1";
    const rig = makeRig();
    expect(await rig.outcome({ run, test: "one" })).toBe("pass");
    expect(await rig.outcome({ run, test: "two" })).toBe("fail");
  });
});

describe("a reproduction that decides nothing is an error", () => {
  test.each([
    ["the command is not there", { run: "no-such-command" }],
    [
      "the command is not executable",
      { files: [{ path: "x.sh", content: "exit 1" }], run: "./x.sh" },
    ],
    ["it was killed", { run: "kill -KILL $$" }],
    ["it executes nothing", { run: "true" }],
    ["its suite is empty", { run: "printf 'TAP version 13\\n1..0\\n'" }],
    ["its suite skips everything", suite("test.skip('a', () => assert.equal(1, 2));")],
    ["its runner finds no tests", { run: "echo 'No tests found'" }],
    ["its report is cut off", { run: "printf 'TAP version 13\\n1..2\\nok 1 - a\\n'" }],
    ["a module is missing", script("import './nowhere.mjs';")],
    ["a package is missing", script("import 'no-such-package';")],
    [
      "a required module is missing",
      { files: [{ path: "p.cjs", content: "require('./nowhere.js')" }], run: "node p.cjs" },
    ],
    ["an export is missing", script("import { nothing } from 'node:fs';")],
    ["it does not parse", script("const = 1;")],
    ["its suite does not parse", suite("const = 1;")],
    ["its suite imports what is not there", suite("import './nowhere.mjs'; test('a', () => {});")],
    [
      "a Python import is missing",
      { files: [{ path: "p.py", content: "import no_such_module" }], run: "python3 p.py" },
    ],
    [
      "Python does not parse",
      { files: [{ path: "p.py", content: "def f(:\n  pass\n" }], run: "python3 p.py" },
    ],
  ])("when %s", async (_, reproduction) => {
    expect(await makeRig().outcome(reproduction)).toBe("error");
  });

  test("when it takes too long", async () => {
    const { runs } = await makeRig().prove({ run: "sleep 600" }, { timeoutMs: 200 });
    expect(runs[0]).toMatchObject({ outcome: "error", tail: "[it took too long and was ended]" });
  });
});

describe("a failure that only looks like a broken set-up", () => {
  test.each([
    ["a SyntaxError thrown by the code under test", script("JSON.parse('{');")],
    [
      "an assertion about a missing module",
      script("import assert from 'node:assert'; assert.equal(\"Cannot find module 'x'\", '');"),
    ],
    [
      "a Python assertion",
      { files: [{ path: "p.py", content: "assert 'SyntaxError' == ''" }], run: "python3 p.py" },
    ],
  ])("%s is a failure", async (_, reproduction) => {
    expect(await makeRig().outcome(reproduction)).toBe("fail");
  });
});

describe("paths of a reproduction", () => {
  test.each([
    "/etc/planted",
    "../planted",
    "a/../../planted",
    "./a",
    "a//b",
    "a/",
    ".git/hooks/post-merge",
    ".GIT/config",
    "sub/.git/config",
    "a\\b",
    "a\0b",
    "x".repeat(300),
  ])("%j is refused and nothing is run", async (path) => {
    const rig = makeRig();
    const runs = await lay(rig, path);
    expect(runs.map(({ outcome }) => outcome)).toEqual(["error", "error", "error"]);
    expect(runs[0]?.tail).toMatch(/^The file .* was not written: it /su);
    expect(existsSync(join(rig.folder, "planted"))).toBe(false);
  });

  test("a folder that is a link is refused, wherever it points", async () => {
    const rig = makeRig({ "real/a.txt": "a" });
    symlinkSync("..", join(rig.root, "out"));
    symlinkSync("real", join(rig.root, "in"));
    expect((await lay(rig, "out/planted"))[0]?.outcome).toBe("error");
    expect((await lay(rig, "in/planted"))[0]?.outcome).toBe("error");
    expect(existsSync(join(rig.folder, "planted"))).toBe(false);
  });

  test("a file that is a link is replaced, not written through", async () => {
    const rig = makeRig();
    writeFileSync(join(rig.folder, "victim"), "untouched");
    symlinkSync("../victim", join(rig.root, "link"));
    expect((await lay(rig, "link"))[0]?.outcome).toBe("pass");
    expect(readFileSync(join(rig.folder, "victim"), "utf8")).toBe("untouched");
    expect(readFileSync(join(rig.root, "link"), "utf8")).toBe("planted");
  });

  test("a folder and what lies below a file are refused", async () => {
    const rig = makeRig({ "folder/a.txt": "a" });
    expect((await lay(rig, "folder"))[0]?.tail).toContain("is a folder");
    expect((await lay(rig, "folder/a.txt/b"))[0]?.tail).toContain("leads through a link or a file");
  });
});
