import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { detectProject } from "../../src/config/detect/detect.ts";
import { machineReader, projectReader } from "../../src/config/detect/readers.ts";
import { NO_USER, parseConfig } from "../../src/config/parse.ts";
import { proposeRoles } from "../../src/config/propose-roles.ts";
import { renderConfig } from "../../src/config/template.ts";

let folder = "";
let home = "";
let project = "";
beforeEach(async () => {
  // A home below /tmp would be taken for a passing folder of a login session.
  folder = await mkdtemp(join(process.env["TUTTI_TEST_FOLDER"] ?? "/var/tmp", "tutti-detect-"));
  home = join(folder, "home");
  project = join(folder, "project");
  await mkdir(project, { recursive: true });
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
};
const files = async (texts: Record<string, string>): Promise<void> => {
  for (const [path, text] of Object.entries(texts)) await write(join(project, path), text);
};
const program = async (path: string, text = "#!/bin/sh\n"): Promise<void> => {
  await write(path, text);
  await chmod(path, 0o755);
};
const detect = (
  path: readonly string[] = ["/usr/bin", "/bin"],
  agents: { command: string[] }[] = [],
) =>
  detectProject({
    project: projectReader(project),
    machine: machineReader({ HOME: home, PATH: path.join(":") }),
    agents,
  });
const runs = async () =>
  Object.fromEntries((await detect()).checks.map(({ name, run }) => [name, run]));
const shown = async (tool: string, path: readonly string[]) =>
  (await detect(path, [{ command: [tool] }])).read;

const NOBODY = proposeRoles([]);

test("scripts of package.json become checks, in the order in which they are worth running", async () => {
  await files({
    "package.json": JSON.stringify({
      scripts: { test: "jest", lint: "eslint .", "type-check": "tsc", build: "tsc -b", start: "x" },
    }),
  });
  const { checks } = await detect();
  expect(checks.map(({ name, run, from }) => [name, run, from])).toEqual([
    ["build", "npm run build", "package.json, scripts.build"],
    ["types", "npm run type-check", "package.json, scripts.type-check"],
    ["lint", "npm run lint", "package.json, scripts.lint"],
    ["test", "npm test", "package.json, scripts.test"],
  ]);
});

const testOf = async (scripts: Readonly<Record<string, string>>) => {
  await files({ "package.json": JSON.stringify({ scripts }) });
  return (await runs())["test"];
};

test("tests of what a build makes bring the build along", async () => {
  const scripts = { test: "node --test dist/test/", build: "tsc" };
  expect(await testOf(scripts)).toBe("npm run build && npm test");
  expect(await testOf({ ...scripts, pretest: "npm run build" })).toBe("npm test");
  expect(await testOf({ test: scripts.test })).toBe("npm test");
  expect(await testOf({ ...scripts, test: "node --test" })).toBe("npm test");
});

test("the placeholder that npm init writes is no check", async () => {
  await files({
    "package.json": JSON.stringify({
      scripts: { test: 'echo "Error: no test specified" && exit 1' },
    }),
  });
  expect((await detect()).checks).toEqual([]);
});

test("runners that can report each test are asked to", async () => {
  const found: unknown[] = [];
  for (const script of [
    "node --test",
    "vitest",
    "vitest run",
    "mocha test",
    "tape test/*.js",
    "node --test && x",
    "tsc && vitest run",
  ]) {
    await files({ "package.json": JSON.stringify({ scripts: { test: script } }) });
    const [check] = (await detect()).checks;
    found.push([check?.run, check?.report, check?.env]);
  }
  expect(found).toEqual([
    ["npm test", "tap", { NODE_OPTIONS: "--test-reporter=tap" }],
    ["npm test -- --run --reporter=tap-flat", "tap", undefined],
    ["npm test -- --reporter=tap-flat", "tap", undefined],
    ["npm test -- --reporter tap", "tap", undefined],
    ["npm test", undefined, undefined],
    ["npm test", "tap", { NODE_OPTIONS: "--test-reporter=tap" }],
    ["npm test", undefined, { CI: "true" }],
  ]);
});

test("the lock file decides the package manager and its set-up", async () => {
  const manifest = JSON.stringify({ scripts: { test: "x" }, dependencies: { a: "1" } });
  const setups: unknown[] = [];
  for (const lock of ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"]) {
    await files({ "package.json": manifest, [lock]: "" });
    const { recipe, checks } = await detect();
    setups.push([recipe?.setup, recipe?.dependencies, checks[0]?.run]);
    await rm(join(project, lock));
  }
  expect(setups).toEqual([
    ["npm ci", ["node_modules"], "npm test"],
    ["pnpm install --frozen-lockfile", ["node_modules"], "pnpm test"],
    ["yarn install --frozen-lockfile", ["node_modules"], "yarn test"],
    ["bun install --frozen-lockfile", ["node_modules"], "bun run test"],
  ]);
});

test("a project without dependencies needs no set-up, one without a lock file is told so", async () => {
  await files({ "package.json": JSON.stringify({ scripts: { test: "x" } }) });
  expect((await detect()).recipe).toBeNull();
  await files({ "package.json": JSON.stringify({ devDependencies: { a: "1" } }) });
  const { recipe, notes } = await detect();
  expect(recipe?.setup).toBe("npm install --no-package-lock");
  expect(notes.join()).toContain("no lock file");
});

test("members of a workspace have dependency folders of their own, and the registry is the configured one", async () => {
  await files({
    "package.json": JSON.stringify({
      workspaces: ["packages/*", "./tool"],
      devDependencies: { a: "1" },
    }),
    "package-lock.json": "{}",
    "packages/one/package.json": "{}",
    "packages/notes.txt": "",
    "tool/package.json": "{}",
    ".npmrc": "registry=https://packages.example:8443/npm/\n",
  });
  expect((await detect()).recipe).toMatchObject({
    dependencies: ["node_modules", "packages/one/node_modules", "tool/node_modules"],
    egress: ["packages.example:8443"],
  });
});

test("a Python project gets a virtual environment and pytest with a report per test", async () => {
  await files({
    "pyproject.toml":
      '[project]\nname = "x"\n[project.optional-dependencies]\ntest = ["pytest", "ruff"]\n',
  });
  const { checks, recipe } = await detect();
  expect(recipe).toMatchObject({
    setup: "python3 -m venv .venv && .venv/bin/pip install -e '.[test]'",
    dependencies: [".venv"],
  });
  expect(checks).toMatchObject([
    { name: "lint", run: ".venv/bin/python -m ruff check ." },
    {
      name: "test",
      run: ".venv/bin/python -m pytest --junitxml=.pytest-report.xml",
      report: "junit",
      reportFile: ".pytest-report.xml",
    },
  ]);
});

test("a Python project with nothing to install runs the system's Python", async () => {
  await files({ "setup.cfg": "[metadata]\n", "tests/test_x.py": "" });
  expect((await detect()).recipe).toBeNull();
  expect(await runs()).toEqual({ test: "python3 -m unittest discover" });
});

test("Rust, Go, Ruby, Maven and Deno projects are known by their manifests", async () => {
  const found: Record<string, unknown> = {};
  for (const [file, text] of [
    ["Cargo.toml", ""],
    ["go.mod", ""],
    ["Gemfile", ""],
    ["pom.xml", ""],
    ["deno.json", "{}"],
  ] as const) {
    await files({ [file]: text, "go.sum": "", "spec/x_spec.rb": "" });
    found[file] = {
      test: (await runs())["test"],
      dependencies: (await detect()).recipe?.dependencies,
    };
    await rm(join(project, file));
  }
  expect(found).toEqual({
    "Cargo.toml": { test: "cargo test --offline", dependencies: [".cargo-home", "target"] },
    "go.mod": { test: "go test ./...", dependencies: ["vendor"] },
    Gemfile: { test: "bundle exec rspec", dependencies: ["vendor/bundle"] },
    "pom.xml": {
      test: "mvn -B -Dmaven.repo.local=.m2-repository -o test",
      dependencies: [".m2-repository"],
    },
    "deno.json": { test: "deno test -A --cached-only --reporter=tap", dependencies: [".deno-dir"] },
  });
});

test("a Makefile fills the gaps and does not replace what a project's own tools say", async () => {
  await files({
    Makefile:
      "CC := gcc\n.PHONY: test\nall: build\nbuild: x.o\n\tcc\ntest check:\n\t./t\nlint::\n\t./l\n",
  });
  expect(await runs()).toEqual({ build: "make build", lint: "make lint", test: "make test" });
  await files({ "go.mod": "" });
  expect(await runs()).toMatchObject({ test: "go test ./...", lint: "go vet ./..." });
});

test("two ecosystems in one repository keep both tests", async () => {
  await files({ "package.json": JSON.stringify({ scripts: { test: "x" } }), "go.mod": "" });
  expect(await runs()).toMatchObject({ test: "npm test", "test-go": "go test ./..." });
});

test("a Node of nvm is shown by its version's folder", async () => {
  const bin = join(home, ".nvm/versions/node/v24.1.0/bin");
  await program(join(bin, "node"), "\u007FELF");
  expect(await shown("node", [bin])).toEqual([
    { path: "~/.nvm/versions/node/v24.1.0", why: "node" },
  ]);
});

test("an agent in a global npm folder is shown with the Node that runs it", async () => {
  const bin = join(home, ".nvm/versions/node/v24.1.0/bin");
  await program(join(bin, "node"), "\u007FELF");
  const script = join(home, ".npm-global/lib/node_modules/@acme/agent/cli.js");
  await program(script, "#!/usr/bin/env node\n");
  await mkdir(join(home, ".npm-global/bin"), { recursive: true });
  await symlink(script, join(home, ".npm-global/bin/acme"));
  expect(await shown("acme", [join(home, ".npm-global/bin"), bin])).toEqual([
    { path: "~/.npm-global", why: "acme" },
    { path: "~/.nvm/versions/node/v24.1.0", why: "acme" },
  ]);
});

test("behind the shims of version managers the very version is found", async () => {
  const cases: [string, string, Record<string, string>, string][] = [
    [
      "python3",
      ".pyenv/shims",
      {
        ".pyenv/version": "3.12.1\n",
        ".pyenv/versions/3.12.1/x": "",
        ".pyenv/versions/3.9.0/x": "",
      },
      "~/.pyenv/versions/3.12.1",
    ],
    [
      "cargo",
      ".cargo/bin",
      {
        ".rustup/settings.toml": 'default_toolchain = "stable-x86_64"\n',
        ".rustup/toolchains/stable-x86_64/x": "",
        ".rustup/toolchains/nightly/x": "",
      },
      "~/.rustup/toolchains/stable-x86_64",
    ],
    [
      "node",
      ".volta/bin",
      {
        ".volta/tools/user/platform.json": '{"node":{"runtime":"20.1.0"}}',
        ".volta/tools/image/node/20.1.0/x": "",
        ".volta/tools/image/node/22.0.0/x": "",
      },
      "~/.volta/tools/image/node/20.1.0",
    ],
    [
      "node",
      ".asdf/shims",
      {
        ".tool-versions": "nodejs 20.9.0\n",
        ".asdf/installs/nodejs/20.9.0/x": "",
        ".asdf/installs/nodejs/20.10.0/x": "",
      },
      "~/.asdf/installs/nodejs/20.9.0",
    ],
    [
      "node",
      ".local/share/mise/shims",
      {
        ".local/share/mise/installs/node/9.0.0/x": "",
        ".local/share/mise/installs/node/22.0.0/x": "",
      },
      "~/.local/share/mise/installs/node/22.0.0",
    ],
  ];
  for (const [tool, shims, texts, expected] of cases) {
    await program(join(home, shims, tool));
    for (const [path, text] of Object.entries(texts)) await write(join(home, path), text);
    expect(await shown(tool, [join(home, shims)])).toEqual([{ path: expected, why: tool }]);
    await rm(home, { recursive: true });
  }
});

test("a version that the project pins goes before the user's default", async () => {
  await program(join(home, ".pyenv/shims/python3"));
  for (const version of ["3.9.0", "3.12.1"])
    await write(join(home, ".pyenv/versions", version, "x"), "");
  await write(join(home, ".pyenv/version"), "3.12.1\n");
  await files({ ".python-version": "3.9\n" });
  expect(await shown("python3", [join(home, ".pyenv/shims")])).toEqual([
    { path: "~/.pyenv/versions/3.9.0", why: "python3" },
  ]);
});

test("a program directly in the home is shown alone, one among secrets is not, and both are said", async () => {
  await program(join(home, "agent"));
  await program(join(home, ".ssh/agent2"));
  const { read, notes } = await detect(
    [home, join(home, ".ssh")],
    [{ command: ["agent"] }, { command: ["agent2"] }],
  );
  expect(read).toEqual([{ path: "~/agent", why: "agent" }]);
  expect(notes).toEqual([
    "`agent` is not on the PATH inside the fence: name it by its full path, `~/agent`.",
    expect.stringContaining("`agent2` lies in `~/.ssh`"),
  ]);
});

test("system programs need nothing, programs that are nowhere are said", async () => {
  expect(
    await detect(["/usr/bin", "/bin"], [{ command: ["sh"] }, { command: ["no-such-agent"] }]),
  ).toMatchObject({
    read: [],
    notes: ["`no-such-agent` is not on your PATH, so what calls it will fail."],
  });
});

test("an agent's script elsewhere on the machine is shown, one inside the project is not", async () => {
  await write(join(home, "agents/alto/alto.mjs"), "");
  await chmod(join(home, "agents/alto/alto.mjs"), 0o755);
  const { read } = await detect(undefined, [
    { command: ["sh", join(home, "agents/alto/alto.mjs"), "tenor.mjs"] },
  ]);
  expect(read).toEqual([{ path: "~/agents/alto", why: join(home, "agents/alto/alto.mjs") }]);
});

test("the file that is written parses without errors and says what was found", async () => {
  await program(join(home, ".local/bin/gemini"), "\u007FELF");
  await files({
    "package.json": JSON.stringify({
      scripts: { test: "node --test", lint: "eslint ." },
      dependencies: { a: "1" },
    }),
    "package-lock.json": "{}",
  });
  for (const detected of [
    await detect(),
    await detect([join(home, ".local/bin"), "/usr/bin"], [{ command: ["gemini"] }]),
  ]) {
    const text = renderConfig(detected, NOBODY);
    const read = detected.read.map(({ path }) => path);
    // Of a program outside the places of tools it is the user who agrees to the folder.
    const parsed = parseConfig(text, "config.yaml", { user: { ...NO_USER, sandbox: { read } } });
    expect(parsed.problems.filter(({ level }) => level === "error")).toEqual([]);
    expect(parsed).toMatchObject({
      kind: "config",
      config: {
        checks: {
          lint: { run: "npm run lint" },
          test: { run: "npm test", report: "tap", timeout: 600_000 },
        },
        recipe: { setup: "npm ci", dependencies: ["node_modules"] },
        sandbox: { read },
      },
    });
  }
});

test("an empty folder gives a file with examples that still parses", async () => {
  const text = renderConfig(await detect(), NOBODY);
  expect(parseConfig(text, "config.yaml").kind).toBe("config");
  expect(text).toContain("None was found");
});

test("the examples in the comments are valid once the marks are removed", async () => {
  const text = renderConfig(await detect(), NOBODY).replace("checks: {}\n", "checks:\n");
  const live = text
    .split("\n")
    .map((line) => (/^#(?:[a-z]+:|\s{2}[a-z])/u.test(line) ? line.slice(1) : line))
    .join("\n");
  const parsed = parseConfig(live, "config.yaml");
  expect(parsed.problems).toEqual([]);
});
