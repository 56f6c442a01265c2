import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CheckConfig, CommitId } from "@tutti/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Diff } from "../../src/engine/ports/workspaces.ts";
import { guardDiff } from "../../src/verification/guard/guard.ts";
import { parsePatch } from "../../src/verification/guard/patch.ts";
import { cpuMs } from "../../../../test/fixtures/cpu.ts";

type Tree = Record<string, string | null>;

/** Two real commits: `change` lies over `base`; null deletes. */
function diffOf(base: Tree, change: Tree, maxPatch = Infinity): Diff {
  const folder = mkdtempSync(join(tmpdir(), "tutti-guard-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]): string =>
    execFileSync(
      "git",
      ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main", ...args],
      {
        cwd: folder,
        encoding: "utf8",
        env: {
          PATH: process.env["PATH"],
          GIT_CONFIG_GLOBAL: "/dev/null",
          GIT_CONFIG_NOSYSTEM: "1",
        },
      },
    );
  const commit = (tree: Tree): string => {
    for (const [path, content] of Object.entries(tree)) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      if (content === null) rmSync(target);
      else writeFileSync(target, content);
    }
    git("add", "-A");
    git("commit", "-qm", "a", "--allow-empty");
    return CommitId.parse(git("rev-parse", "HEAD").trim());
  };
  git("init", "-q");
  const from = commit(base);
  const to = commit(change);
  const patch = git("diff-tree", "-r", "-M", "-p", "--full-index", from, to);
  const names = git("diff-tree", "-r", "-M", "-z", "--name-status", from, to)
    .split("\0")
    .slice(0, -1);
  const cut = patch.length > maxPatch;
  return {
    patch: cut ? patch.slice(0, patch.lastIndexOf("\n", maxPatch) + 1) : patch,
    files: filesOf(names),
    truncated: cut,
  };
}

function filesOf(parts: string[]): Diff["files"] {
  const files: Diff["files"][number][] = [];
  for (let letter = parts.shift(); letter !== undefined; letter = parts.shift()) {
    const path = parts.shift() ?? "";
    if (letter.startsWith("R"))
      files.push({ path: parts.shift() ?? "", status: "renamed", from: path });
    else
      files.push({
        path,
        status: letter === "A" ? "added" : letter === "D" ? "deleted" : "modified",
        from: null,
      });
  }
  return files;
}

const guard = (diff: Diff, checks: string[] = ["npm test"], protectedGlobs: string[] = []) =>
  guardDiff(diff, { checks: checks.map((run) => CheckConfig.parse({ run })), protectedGlobs });
const kinds = (...args: Parameters<typeof guard>) =>
  guard(...args).map(({ kind, path }) => `${kind} ${path}`);

const TESTS = `import test from "node:test";
import assert from "node:assert";

test("adds", () => {
  assert.equal(1 + 1, 2);
  assert.equal(1 + 2, 3);
});

test("multiplies", () => {
  assert.equal(2 * 2, 4);
});
`;
const PACKAGE = `{
  "name": "a",
  "version": "1.0.0",
  "description": "a package",
  "main": "index.js",
  "exports": {
    ".": "./index.js"
  },
  "scripts": {
    "prepare": "node build.js",
    "start": "node index.js",
    "test": "node --test",
    "verify": "node verify.js"
  },
  "keywords": ["a"],
  "dependencies": {
    "left": "1.0.0",
    "right": "^2.0.0"
  },
  "devDependencies": {
    "tool": "3.0.0"
  }
}
`;

const editPackage = (from: string, to: string) =>
  kinds(diffOf({ "package.json": PACKAGE }, { "package.json": PACKAGE.replace(from, to) }));
const editTest = (from: string, to: string) =>
  guard(diffOf({ "test/a.test.mjs": TESTS }, { "test/a.test.mjs": TESTS.replace(from, to) }));
const said = (from: string, to: string) =>
  editTest(from, to).map(({ kind, detail }) => `${kind}: ${detail}`);

describe("a diff that touches what judges it", () => {
  test.each([
    [".tutti/config.yaml", "policy-edited"],
    [".tutti/workflows/quick.md", "policy-edited"],
    [".github/CODEOWNERS", "policy-edited"],
    [".github/workflows/ci.yml", "ci-edited"],
    [".gitlab-ci.yml", "ci-edited"],
    [".circleci/config.yml", "ci-edited"],
    ["Jenkinsfile", "ci-edited"],
    ["deploy/azure-pipelines.yml", "ci-edited"],
    [".ci/run", "ci-edited"],
    ["vitest.config.ts", "check-edited"],
    ["packages/a/jest.config.js", "check-edited"],
    [".mocharc.json", "check-edited"],
    ["pytest.ini", "check-edited"],
    ["tox.ini", "check-edited"],
    ["Makefile", "check-edited"],
    [".husky/pre-commit", "check-edited"],
    ["node_modules/.bin/vitest", "check-edited"],
    ["babel.config.js", "check-edited"],
    [".cargo/config.toml", "check-edited"],
    [".yarn/releases/yarn-4.0.0.cjs", "manifest-edited"],
    ["gradlew", "manifest-edited"],
    ["package-lock.json", "manifest-edited"],
    ["Cargo.lock", "manifest-edited"],
    ["go.mod", "manifest-edited"],
    ["requirements-dev.txt", "manifest-edited"],
    [".npmrc", "manifest-edited"],
  ])("%s raises %s, whether it is added, edited or deleted", (path, kind) => {
    expect(kinds(diffOf({ other: "x" }, { [path]: "new\n" }))).toEqual([`${kind} ${path}`]);
    expect(kinds(diffOf({ [path]: "old\n" }, { [path]: "new\n" }))).toEqual([`${kind} ${path}`]);
    expect(kinds(diffOf({ other: "x", [path]: "old\n" }, { [path]: null }))).toEqual([
      `${kind} ${path}`,
    ]);
  });

  test("attributes that hide lines from a diff raise a flag, as does a test's hook in conftest", () => {
    const attributes = diffOf({ ".gitattributes": "a\n" }, { ".gitattributes": "*.js -diff\n" });
    expect(kinds(attributes)).toEqual(["policy-edited .gitattributes"]);
    const hook = "def pytest_pyfunc_call(pyfuncitem):\n    return True\n";
    const conftest = diffOf({ "conftest.py": "import os\n" }, { "conftest.py": hook });
    expect(kinds(conftest)).toContain("check-edited conftest.py");
  });

  test("moving such a file away raises the flag too", () => {
    const text = "on: push\njobs: {}\nname: ci\n";
    expect(
      kinds(
        diffOf(
          { ".github/workflows/ci.yml": text },
          { ".github/workflows/ci.yml": null, "old.yml": text },
        ),
      ),
    ).toEqual(["ci-edited .github/workflows/ci.yml"]);
  });

  test("a file that a check's command names raises a flag, a test that it names does not", () => {
    const diff = diffOf(
      { "ci.sh": "a\n", "test/a.js": "a\n" },
      { "ci.sh": "b\n", "test/a.js": "a\nb\n" },
    );
    expect(kinds(diff, ["sh ./ci.sh && node test/a.js"])).toEqual(["check-edited ci.sh"]);
    expect(kinds(diff, ["npm test"])).toEqual([]);
  });

  test("the project's own globs raise a flag, and a folder's name stands for what is in it", () => {
    const diff = diffOf(
      {},
      { "infra/main.tf": "a\n", "src/auth/login.ts": "a\n", "src/other.ts": "a\n" },
    );
    expect(kinds(diff, [], ["infra/", "src/auth/**"])).toEqual([
      "policy-edited infra/main.tf",
      "policy-edited src/auth/login.ts",
    ]);
  });

  test("ordinary work raises nothing", () => {
    const base = {
      "src/a.ts": "a\n",
      "test/a.test.ts": TESTS,
      "README.md": "a\n",
      "package.json": PACKAGE,
    };
    const change = {
      "src/a.ts": "b\n",
      "src/new.ts": "c\n",
      "README.md": "b\n",
      "test/a.test.ts": `${TESTS}\ntest("more", () => {\n  assert.ok(true);\n});\n`,
      "test/new.test.ts": TESTS,
      "package.json": PACKAGE.replace("1.0.0", "1.1.0"),
    };
    expect(guard(diffOf(base, change))).toEqual([]);
  });
});

describe("package.json", () => {
  test.each([
    ["a script's command", '"node --test"', '"true"'],
    ["a script's name", '"start"', '"begin"'],
    ["a script that is gone", '    "verify": "node verify.js"\n', '    "other": "node other.js"\n'],
    ["a new hook of a script", '    "test":', '    "pretest": "true",\n    "test":'],
    [
      "a runner's settings",
      '  "keywords": ["a"],',
      '  "jest": {\n    "testMatch": []\n  },\n  "keywords": ["a"],',
    ],
    ["a script behind a number", '"node index.js"', '"2to3"'],
  ])("%s raises check-edited", (_, from, to) => {
    expect(editPackage(from, to)).toEqual(["check-edited package.json"]);
  });

  test.each([
    ["a version", '"^2.0.0"', '"^2.1.0"'],
    ["a new dependency", '"right": "^2.0.0"', '"right": "^2.0.0",\n    "more": "npm:other@1"'],
    ["a development dependency", '"3.0.0"', '"4.0.0"'],
  ])("%s raises manifest-edited", (_, from, to) => {
    expect(editPackage(from, to)).toEqual(["manifest-edited package.json"]);
  });

  test.each([
    ["the description", "a package", "a better package"],
    ["the version", '"version": "1.0.0"', '"version": "1.0.1"'],
    ["an export", '"./index.js"', '"./main.js"'],
    ["a keyword", '["a"]', '["a", "b"]'],
  ])("%s raises nothing", (_, from, to) => {
    expect(editPackage(from, to)).toEqual([]);
  });

  test("one on a single line, or one that is gone, raises check-edited", () => {
    const line = '{"name":"a","scripts":{"test":"node t.js"}}\n';
    const changed = line.replace("node t.js", "true");
    expect(kinds(diffOf({ "package.json": line }, { "package.json": changed }))).toContain(
      "check-edited package.json",
    );
    expect(kinds(diffOf({ "package.json": line }, { "package.json": null }))).toEqual([
      "check-edited package.json",
    ]);
  });
});

describe("tests", () => {
  test.each([
    "test/a.js",
    "tests/unit/b.py",
    "src/__tests__/c.tsx",
    "src/d.test.ts",
    "src/e.spec.js",
    "spec/f_spec.rb",
    "pkg/g_test.go",
    "lib/test_h.py",
    "src/test/java/ITest.java",
    "src/FooTest.kt",
    "test.js",
    "test/fixtures/data.json",
  ])("deleting %s raises a flag", (path) => {
    expect(kinds(diffOf({ other: "x", [path]: "a\n" }, { [path]: null }))).toEqual([
      `test-deleted ${path}`,
    ]);
  });

  test("renaming a test raises a flag, also where it stays a test", () => {
    const gone = { "test/a.test.mjs": null };
    expect(
      kinds(diffOf({ "test/a.test.mjs": TESTS }, { ...gone, "test/b.test.mjs": TESTS })),
    ).toEqual(["test-renamed test/b.test.mjs"]);
    expect(kinds(diffOf({ "test/a.test.mjs": TESTS }, { ...gone, "old/a.mjs": TESTS }))).toEqual([
      "test-renamed old/a.mjs",
    ]);
  });

  test.each([
    ['test("adds"', 'test.skip("adds"'],
    ['test("adds"', 'test.todo("adds"'],
    ['test("adds", ', 'test("adds", { skip: true }, '],
    ['test("adds", ', 'test("adds", { skip: "later" }, '],
    ['test("adds"', 'test.only("adds"'],
    ["() => {\n  assert.equal(1 + 1", "(t) => {\n  t.skip();\n  assert.equal(1 + 1"],
  ])("%s → %s raises test-skipped", (from, to) => {
    expect(editTest(from, to).map(({ kind }) => kind)).toContain("test-skipped");
  });

  test.each([
    [
      "test/test_a.py",
      "def test_a():\n    assert f() == 1\n",
      "import pytest\n@pytest.mark.skip\ndef test_a():\n    assert f() == 1\n",
    ],
    [
      "a_test.go",
      "func TestA(t *testing.T) {\n\tcheck(t)\n}\n",
      'func TestA(t *testing.T) {\n\tt.Skip("later")\n\tcheck(t)\n}\n',
    ],
    ["src/lib.rs", "#[test]\nfn a() {\n}\n", "#[test]\n#[ignore]\nfn a() {\n}\n"],
    ["src/ATest.java", "@Test\nvoid a() {\n}\n", '@Disabled("later")\n@Test\nvoid a() {\n}\n'],
    ["spec/a.spec.js", 'it("a", () => {\n});\n', 'xit("a", () => {\n});\n'],
    ["spec/b.spec.js", 'describe("a", () => {\n});\n', 'fdescribe("a", () => {\n});\n'],
  ])("a skipped test in %s raises test-skipped", (path, before, after) => {
    const flags = guard(diffOf({ [path]: before }, { [path]: after }));
    expect(flags.map(({ kind }) => kind)).toContain("test-skipped");
  });

  test("fewer assertions, fewer tests and assertions that become comments raise tests-fewer", () => {
    expect(said("  assert.equal(1 + 2, 3);\n", "")).toEqual([
      "tests-fewer: It has 1 fewer assertions than before.",
    ]);
    expect(said('test("multiplies", () => {\n  assert.equal(2 * 2, 4);\n});\n', "")).toEqual([
      "tests-fewer: It has 1 fewer tests and 1 fewer assertions than before.",
    ]);
    expect(said("  assert.equal(1 + 2", "  // assert.equal(1 + 2")).toHaveLength(1);
  });

  test.each([
    ["a test that moves", 'test("multiplies", () => {\n  assert.equal(2 * 2, 4);\n});\n', ""],
    ["a changed expectation", "assert.equal(1 + 2, 3)", "assert.equal(2 + 1, 3)"],
    ["another name for a test", '"adds"', '"adds numbers"'],
  ])("%s raises nothing", (_, from, to) => {
    const moved = to === "" ? `${from}\n` : "";
    const after = TESTS.replace(from, to).replace('test("adds"', `${moved}test("adds"`);
    const base = to === '"adds numbers"' ? TESTS.replace(from, to) : after;
    expect(guard(diffOf({ "test/a.test.mjs": TESTS }, { "test/a.test.mjs": base }))).toEqual([]);
  });

  test("a new test file may skip its own tests but not silence the others", () => {
    expect(kinds(diffOf({}, { "test/n.test.js": 'it.skip("a", () => {});\n' }))).toEqual([]);
    expect(kinds(diffOf({}, { "test/n.test.js": 'it.only("a", () => {});\n' }))).toEqual([
      "test-skipped test/n.test.js",
    ]);
  });

  test.each([
    ["test/a.test.mjs", "it.".repeat(300_000)],
    ["test/a.test.mjs", `t.t${".t".repeat(400_000)}`],
    ["src/a.rs", "#[cfg_attr(".repeat(80_000)],
    ["package.json", `"a": x${" ".repeat(800_000)}y`],
    ["package.json", `"a": "${"=1".repeat(400_000)}!"`],
  ])("endless lines in %s are looked at for a moment only", (path, line) => {
    const patch = `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+${line}\n`;
    const started = cpuMs();
    guard({ patch, files: [{ path, status: "modified", from: null }], truncated: false });
    expect(cpuMs() - started).toBeLessThan(500);
  });

  test("a mark may not hide at the end of an endless line", () => {
    const hidden = `const a = "${"x".repeat(20_000)}"; test.skip("adds", () => {`;
    expect(said('test("adds", () => {', hidden)).toEqual([
      "tests-fewer: It has 1 fewer tests than before.",
      "test-skipped: The diff does not show all of its lines.",
    ]);
  });

  test("a test that became unreadable raises a flag, a new picture beside it does not", () => {
    const binary = TESTS.replace("adds", "ad\0ds");
    expect(kinds(diffOf({ "test/a.test.mjs": TESTS }, { "test/a.test.mjs": binary }))).toEqual([
      "test-skipped test/a.test.mjs",
    ]);
    expect(kinds(diffOf({ "test/a.png": "\0a" }, { "test/a.png": "\0b" }))).toEqual([]);
  });

  test("what a cut-off diff does not show raises a flag", () => {
    const long = Array.from({ length: 200 }, (_, line) => `line ${line}`).join("\n");
    const base = { "a.txt": "a\n", "package.json": PACKAGE, "test/a.test.mjs": TESTS };
    const change = { "a.txt": long, "package.json": `${PACKAGE} `, "test/a.test.mjs": `${TESTS} ` };
    expect(kinds(diffOf(base, change, 500))).toEqual([
      "check-edited package.json",
      "test-skipped test/a.test.mjs",
    ]);
  });
});

describe("patches", () => {
  test("names are read as git writes them: spaces, quotes, tabs, other alphabets", () => {
    const names = [
      "plain.txt",
      "with space.txt",
      'with "quotes".txt',
      "tab\there.txt",
      "наряд/ß.txt",
      "a b/c d.txt",
    ];
    const base = Object.fromEntries(names.map((name) => [name, "a\n"]));
    const change = Object.fromEntries(names.map((name) => [name, "b\n"]));
    const paths = parsePatch(diffOf(base, change).patch).map(({ path }) => path);
    expect(paths.toSorted()).toEqual(names.toSorted());
  });

  test("added, deleted, renamed, binary, empty and mode-only files keep their names", () => {
    const base = { "gone.txt": "a\n", "old name.txt": TESTS, "b.bin": "\0a", "same.txt": "a\n" };
    const change = {
      "gone.txt": null,
      "old name.txt": null,
      "new name.txt": TESTS,
      "b.bin": "\0b",
      "new.txt": "z\n",
      "empty.txt": "",
    };
    const files = parsePatch(diffOf(base, change).patch);
    expect(files.map(({ path, hunks }) => `${path} ${hunks.length}`).toSorted()).toEqual([
      "b.bin 0",
      "empty.txt 0",
      "gone.txt 1",
      "new name.txt 0",
      "new.txt 1",
    ]);
  });

  test("content that looks like a header stays content", () => {
    const tricky = "-- a/fake.txt\n++ b/fake.txt\ndiff --git a/x b/x\n@@ -1 +1 @@\n";
    const [file, ...more] = parsePatch(
      diffOf({ "t.txt": `${tricky}a\n` }, { "t.txt": `b\n${tricky}` }).patch,
    );
    expect(more).toEqual([]);
    expect(file?.path).toBe("t.txt");
    expect(file?.hunks.flat().filter(({ kind }) => kind === "added")).toHaveLength(1);
  });

  test("files without a last line break are read to their end", () => {
    const files = parsePatch(
      diffOf({ "a.txt": "a", "b.txt": "b" }, { "a.txt": "x", "b.txt": "y" }).patch,
    );
    expect(files.map(({ path, hunks }) => [path, hunks.flat().length])).toEqual([
      ["a.txt", 2],
      ["b.txt", 2],
    ]);
  });

  test("a changed mode alone is a file without lines", () => {
    const patch = "diff --git a/run b/run\nold mode 100644\nnew mode 100755\n";
    expect(parsePatch(patch)).toEqual([{ path: "run", hunks: [], hasCutLines: false }]);
  });
});
