/** What a person may get wrong: each is said clearly, with what to do, and nothing is lost. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDaemon, type Daemon, jsonOf } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET, EMPTY_REVIEW, type Project } from "../fixtures/project.ts";

const TASK = "Make sum([]) return 0";

let project: Project;
let daemon: Daemon;
let config: string;

/** JSON is YAML, too. */
const inLines = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

beforeAll(() => {
  project = createProject({
    agents: { ...DUET, tenor: { family: "openai", script: EMPTY_REVIEW } },
  });
  // In lines, for messages that name one.
  config = inLines(JSON.parse(readFileSync(join(project.root, ".tutti/config.yaml"), "utf8")));
  daemon = createDaemon(project);
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync(
    "git",
    ["-c", "user.name=Kim", "-c", "user.email=kim@example.test", "-C", cwd, ...args],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    },
  ).trim();

const folder = (name: string): string => {
  const path = join(project.folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};

/** A repository like the project's, without running anything in it. */
const clone = (name: string): string => {
  const path = join(project.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  git(project.folder, "clone", "--quiet", project.root, path);
  git(path, "remote", "remove", "origin");
  return path;
};

const commit = (root: string, file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  git(root, "add", "--all");
  git(root, "commit", "--quiet", "--message", "change");
};

const runIn = async (cwd: string, ...args: readonly string[]) => {
  const done = await daemon.tutti(["run", TASK, "--workflow", "quick", "--json", ...args], { cwd });
  return { ...done, ...jsonOf(done) };
};

type Refusal = { readonly code: string; readonly exit: number; readonly says: readonly string[] };

const expectRefused = async (
  cwd: string,
  { code, exit, says }: Refusal,
  ...args: readonly string[]
) => {
  const before = (await daemon.client.runs({ limit: 200 })).items.length;
  const done = await runIn(cwd, ...args);
  expect(done.error?.code).toBe(code);
  expect(done.code).toBe(exit);
  for (const words of says) expect(`${done.error.message} ${done.error.mend}`).toContain(words);
  // The same for a person, on standard error.
  expect(done.stderr).toContain(done.error.mend);
  expect((await daemon.client.runs({ limit: 200 })).items).toHaveLength(before);
};

describe("a repository", () => {
  it("that is none", async () => {
    const path = mkdtempSync(join(tmpdir(), "tutti-plain-"));
    try {
      await expectRefused(path, { code: "repository.none", exit: 2, says: [path, "git init"] });
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  });

  it("that has no commits", async () => {
    const path = folder("empty");
    git(path, "init", "--quiet");
    await expectRefused(path, { code: "repository.no-commits", exit: 2, says: ["git commit"] });
  });

  it("that is bare", async () => {
    const path = folder("bare.git");
    git(path, "init", "--quiet", "--bare");
    await expectRefused(path, {
      code: "repository.bare",
      exit: 2,
      says: ["clone with a work tree"],
    });
  });

  it("that has no branch checked out, unless a target is named", async () => {
    const path = clone("detached");
    git(path, "checkout", "--quiet", "--detach");
    await expectRefused(path, { code: "repository.detached", exit: 2, says: ["--target BRANCH"] });
    const done = await runIn(path, "--target", "main", "--wait");
    expect([done.code, done.outcome]).toEqual([0, "merged"]);
    // A work tree that is not on the branch stays where it is.
    expect(git(path, "status", "--porcelain")).toBe("");
    expect(git(path, "show", "main:sum.mjs")).toContain("total + value, 0");
    expect(git(path, "show", "HEAD:sum.mjs")).not.toContain("total + value, 0");
  });

  it("whose base or target is not there, or is no branch", async () => {
    const path = clone("refs");
    git(path, "tag", "v1");
    const unknown = { code: "repository.ref", exit: 2 };
    await expectRefused(path, { ...unknown, says: ["nowhere"] }, "--base", "nowhere");
    await expectRefused(path, { ...unknown, says: ["nowhere"] }, "--target", "nowhere");
    await expectRefused(path, { ...unknown, says: ["v1", "branch"] }, "--target", "v1");
    await expectRefused(path, { ...unknown, says: ["HEAD", "branch"] }, "--target", "HEAD");
    const commitId = git(path, "rev-parse", "HEAD");
    await expectRefused(path, { ...unknown, says: ["branch"] }, "--target", commitId);
    expect(git(path, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main\nrefs/tags/v1");
  });

  it("with a submodule works, and says that its folder is empty in the workspace", async () => {
    const path = clone("super");
    const part = clone("part");
    git(
      path,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      part,
      "vendor/part",
    );
    git(path, "commit", "--quiet", "--message", "part");
    const done = await runIn(path, "--wait");
    expect([done.code, done.outcome]).toEqual([0, "merged"]);
    const events = await daemon.client.eventsOf(done.run, { after: 0, limit: 100 });
    const prepared = events.find(({ body }) => body.type === "workspace.prepared");
    expect(JSON.stringify(prepared)).toContain("vendor/part");
    expect(git(path, "submodule", "status")).toContain("vendor/part");
    expect(git(path, "status", "--porcelain")).toBe("");
  });

  it("in a path with spaces and other scripts, on a branch with a slash, works", async () => {
    const path = clone("mit Leerzeichen/Ünïcode 日本 'q\"");
    git(path, "checkout", "--quiet", "-b", "feature/ä-1");
    const done = await runIn(path, "--wait");
    expect([done.code, done.text]).toEqual([0, "merged into feature/ä-1"]);
    expect(git(path, "status", "--porcelain")).toBe("");
    expect(git(path, "log", "--format=%s", "-1")).toBe(TASK);
    // It is found from a folder below, too.
    mkdirSync(join(path, "ein Ordner"));
    const tasks = await daemon.tutti(["tasks", "--json"], { cwd: join(path, "ein Ordner") });
    expect(jsonOf(tasks).items).toHaveLength(1);
  });

  it("that is a linked work tree works, and the other work tree stays as it is", async () => {
    const path = clone("main-tree");
    const linked = join(project.folder, "linked");
    git(path, "worktree", "add", "--quiet", "-b", "side", linked);
    const done = await runIn(linked, "--wait");
    expect([done.code, done.text]).toEqual([0, "merged into side"]);
    expect(readFileSync(join(linked, "sum.mjs"), "utf8")).toContain("total + value, 0");
    expect(git(linked, "status", "--porcelain") + git(path, "status", "--porcelain")).toBe("");
    expect(readFileSync(join(path, "sum.mjs"), "utf8")).not.toContain("total + value, 0");
  });

  it("that is shallow works, and says so", async () => {
    const origin = clone("deep");
    commit(origin, "more.txt", "more\n");
    const path = join(project.folder, "shallow");
    git(project.folder, "clone", "--quiet", "--depth=1", `file://${origin}`, path);
    git(path, "remote", "remove", "origin");
    const done = await runIn(path, "--wait");
    expect([done.code, done.outcome]).toEqual([0, "merged"]);
    expect(git(path, "rev-list", "--count", "HEAD")).toBe("3");
    const said = await daemon.tutti(["show", done.run, "--transcript", `${done.run}/setup`]);
    expect(said.stdout).toContain("shallow");
  });

  it("is started from another base when that is asked for, and merged into the target", async () => {
    const path = clone("older-base");
    commit(path, "more.txt", "more\n");
    const done = await runIn(path, "--base", "HEAD~1", "--wait");
    expect([done.code, done.outcome]).toEqual([0, "merged"]);
    expect(done.base.commit).toBe(git(path, "rev-parse", "HEAD~2"));
    expect(git(path, "show", "HEAD:more.txt")).toBe("more");
    expect(git(path, "show", "HEAD:sum.mjs")).toContain("total + value, 0");
  });

  it("with uncommitted changes works from its commit, and says so", async () => {
    const path = clone("dirty");
    writeFileSync(join(path, "mine.txt"), "mine\n");
    const done = await runIn(path);
    expect(done.code).toBe(0);
    expect(done.warnings.join()).toContain("mine.txt");
    expect(done.stderr).toContain("Uncommitted changes are not part of this run");
    expect((await daemon.tutti(["cancel", done.run, "--wait"], { cwd: path })).code).toBe(1);
    expect(readFileSync(join(path, "mine.txt"), "utf8")).toBe("mine\n");
  });
});

describe("a configuration", () => {
  const refusals = [
    {
      title: "an unknown key names it, its line and what was probably meant",
      text: () => config.replace('"roles":', '"rolls":'),
      says: [".tutti/config.yaml:", "rolls", "roles"],
    },
    {
      title: "a value of the wrong type names the line",
      text: () => config.replace(/"timeout": ".*"/u, '"timeout": "soon"'),
      says: [".tutti/config.yaml:", "timeout", "90s"],
    },
    {
      title: "broken YAML names the line",
      text: () => `${config}\n  : [`,
      says: [".tutti/config.yaml:"],
    },
    {
      title: "a role that names no agent says so",
      text: () => config.replace('"author": "alto"', '"author": "aldo"'),
      says: ["aldo", "alto"],
    },
    {
      title:
        "a folder of the user that only the repository wants shown says what the user may write",
      text: () => inLines({ ...JSON.parse(config), sandbox: { read: ["/srv/private"] } }),
      says: [".tutti/config.yaml:", "sandbox: { read: [/srv/private] }"],
    },
  ];
  for (const { title, text, says } of refusals) {
    it(`with ${title}`, async () => {
      const path = clone(`config-${title.length}-${says.length}`);
      commit(path, ".tutti/config.yaml", text());
      await expectRefused(path, { code: "config.invalid", exit: 2, says });
      const doctor = await daemon.tutti(["doctor", "--quick"], { cwd: path });
      expect(doctor.code).toBe(1);
      for (const words of says) expect(doctor.stdout).toContain(words);
    });
  }

  it("that is not there at all is asked for", async () => {
    const path = clone("unconfigured");
    git(path, "rm", "--quiet", "-r", ".tutti");
    git(path, "commit", "--quiet", "--message", "none");
    const done = await runIn(path);
    expect(done.code).not.toBe(0);
    expect(`${done.error.message} ${done.error.mend}`).toContain("tutti init");
  });
});

const QUICK = readFileSync(
  join(import.meta.dirname, "../../packages/tutti/src/workflows/builtin/quick.md"),
  "utf8",
);

describe("a workflow", () => {
  const refusals = [
    {
      name: "cycle",
      text: QUICK.replace("kind: agent\nstage", "kind: agent\nneeds: [test]\nstage"),
      says: [".tutti/workflows/quick.md:", "circle"],
    },
    {
      name: "stageless",
      text: QUICK.replace("\nwaives:", "\nwas:"),
      says: [".tutti/workflows/quick.md:"],
    },
    {
      name: "planless",
      text: QUICK.replace(/waives:\n {2}plan: .*\n/u, ""),
      says: [".tutti/workflows/quick.md:", "plan"],
    },
  ];
  for (const { name, text, says } of refusals) {
    it(`that is ${name} is refused by run and by lint, with file and line`, async () => {
      const path = clone(`workflow-${name}`);
      commit(path, ".tutti/workflows/quick.md", text);
      await expectRefused(path, { code: "workflow.invalid", exit: 2, says });
      const lint = await daemon.tutti(["workflows", "lint"], { cwd: path });
      expect(lint.code).toBe(2);
      expect(lint.stdout + lint.stderr).toMatch(/\.tutti\/workflows\/quick\.md:\d+/u);
    });
  }

  it("that is unknown is refused with those that there are", async () => {
    await expectRefused(
      project.root,
      { code: "workflow.unknown", exit: 2, says: ["quik", "quick"] },
      "--workflow",
      "quik",
    );
  });
});

describe("an agent", () => {
  it("that is not there fails the step with its command, and the run goes on when it is", async () => {
    const path = clone("agentless");
    const program = join(folder("tools"), "agent");
    const parsed = JSON.parse(config);
    const { command } = parsed.agents.alto;
    parsed.agents.alto.command = [program];
    project.configure({}, [dirname(program)]);
    commit(path, ".tutti/config.yaml", inLines(parsed));
    const done = await runIn(path, "--wait");
    expect(done.code).toBe(3);
    expect(done.attention[0].kind).toBe("environment");
    expect(done.attention[0].asks).toContain(program);
    expect(done.steps[0].attempts).toBe(1);
    writeFileSync(program, `#!/bin/sh\nexec ${command.join(" ")}\n`, { mode: 0o755 });
    expect((await daemon.tutti(["retry", done.run, "--wait"])).code).toBe(0);
  });

  it("whose artifacts are invalid gets the problems back once in its session, then a new attempt, then a person is asked", async () => {
    const invalid = { do: "report" as const, file: "contract.yaml", text: "requirements: none\n" };
    const turns = AUTHOR.turns.map((turn) =>
      turn.step === "spec" ? { ...turn, do: [...turn.do, invalid] } : turn,
    );
    using other = createProject({
      agents: { ...DUET, alto: { family: "anthropic", script: { name: "alto", turns } } },
    });
    project.configure({}, other.read);
    const done = await daemon.tutti(["run", TASK, "--wait", "--json"], { cwd: other.root });
    const view = jsonOf(done);
    expect(done.code).toBe(3);
    expect(view.attention[0]).toMatchObject({ kind: "failed-gate", step: "spec" });
    expect(view.attention[0].details.join("\n")).toMatch(/contract\.yaml.*requirements/su);
    // retry.max is 3: four attempts, each with its one repair.
    expect(view.steps[0].attempts).toBe(4);
    const { entries } = await daemon.client.transcript(`${view.run}/spec/1`, {
      from: 0,
      limit: 100,
    });
    expect(entries.filter(({ kind }) => kind === "prompt")).toHaveLength(2);
    // Mended, the same run goes on.
    other.script("alto", AUTHOR);
    const retried = await daemon.tutti(["retry", view.run, "--wait", "--json"], {
      cwd: other.root,
    });
    expect([retried.code, jsonOf(retried).attention[0].kind]).toEqual([3, "approval"]);
    project.configure({});
  });
});

describe("a second daemon", () => {
  it("does not start, and says whose folder it is", async () => {
    const pid = await daemon.pid();
    const second = await daemon.tutti(["serve", "--json"]);
    expect(second.code).toBe(1);
    expect(jsonOf(second).error).toMatchObject({ code: "store.busy" });
    expect(second.stderr).toContain("tutti stop");
    expect(await daemon.pid()).toBe(pid);
  });
});

describe("a git", () => {
  it("that is too old is refused with what to install", async () => {
    const bin = folder("old-git");
    writeFileSync(join(bin, "git"), "#!/bin/sh\necho git version 2.30.2\n", { mode: 0o755 });
    using other = createProject({ agents: DUET });
    await using old = createDaemon(other, { env: { PATH: `${bin}:${process.env["PATH"] ?? ""}` } });
    const done = await old.tutti(["run", TASK, "--json"]);
    expect([done.code, jsonOf(done).error.code]).toEqual([1, "git.old"]);
    expect(jsonOf(done).error.message).toContain("2.30.2");
    expect(done.stderr).toContain("2.38 or newer");
  });
});

it("a check that never ends is ended at its time-out, with all that it started", async () => {
  const path = clone("endless");
  const parsed = JSON.parse(config);
  parsed.checks = { endless: { run: "sleep 1000 & sleep 1000", timeout: "300ms" } };
  commit(path, ".tutti/config.yaml", inLines(parsed));
  const once = QUICK.replaceAll(/rounds: \d/gu, "rounds: 1").replace("name: quick", "name: once");
  commit(path, ".tutti/workflows/once.md", once);
  const done = await runIn(path, "--workflow", "once", "--wait");
  expect([done.code, done.attention[0].step]).toEqual([3, "implement"]);
  expect(done.checks.map(({ outcome }: { outcome: string }) => outcome)).toContain("timed-out");
  expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain("sleep 1000");
});
