/** A project and a machine through the command line: init, doctor, workflows, gc, serve and stop; targets that follow a remote. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { catalogAgents } from "../../packages/tutti/src/catalog-agents.ts";
import { parseConfig } from "../../packages/tutti/src/config/parse.ts";
import { conduct, createDaemon, ended, jsonOf } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET, EMPTY_REVIEW } from "../fixtures/project.ts";

/** Asks before it writes the specification into its copy and reports it. */
const ASKING = {
  family: "anthropic",
  script: {
    ...AUTHOR,
    turns: AUTHOR.turns.map((turn) =>
      turn.step === "spec"
        ? {
            ...turn,
            do: [
              {
                do: "ask" as const,
                title: "Go on?",
                allow: [
                  { do: "write" as const, path: "scratch.txt", content: "kept\n" },
                  ...turn.do,
                ],
              },
            ],
          }
        : turn,
    ),
  },
};

const TASK = "Make sum([]) return 0";
const QUIET = { ...DUET, tenor: { family: "openai", script: EMPTY_REVIEW } };

it("init writes a commented configuration with the checks that it finds, and never over another", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const refused = await tutti(["init", "--json"]);
  expect([refused.code, jsonOf(refused).error.code]).toEqual([5, "config.exists"]);

  project.git("rm", "--quiet", "-r", ".tutti");
  project.commit(
    {
      "package.json":
        '{ "scripts": { "test": "node --test --test-reporter=tap", "lint": "true" } }\n',
    },
    "manifest",
  );
  const printed = await tutti(["init", "--print"]);
  expect(existsSync(join(project.root, ".tutti"))).toBe(false);
  const written = await tutti(["init"]);
  expect(written.code).toBe(0);
  expect(written.stdout).toContain("test:");
  const text = readFileSync(join(project.root, ".tutti/config.yaml"), "utf8");
  expect(text.trim()).toBe(printed.stdout.trim());
  expect(text.split("\n").filter((line) => line.trim().startsWith("#")).length).toBeGreaterThan(10);
  const config = parseConfig(text, "config.yaml", { catalog: catalogAgents() });
  expect(config).toMatchObject({ kind: "config", config: { checks: { test: {}, lint: {} } } });
  expect((await tutti(["init"])).code).toBe(5);
  // What it wrote is sound as it is; only agents are missing.
  const doctor = jsonOf(await tutti(["doctor", "--quick", "--json"]));
  expect(
    doctor.project.problems.filter(({ severity }: { severity: string }) => severity === "error"),
  ).toEqual([]);
  // Committed, its checks run in the fence.
  project.git("add", "--all");
  project.git("commit", "--quiet", "--message", "configuration");
  const probe = jsonOf(await tutti(["doctor", "--json"]));
  expect(probe.probe.checks).toMatchObject([
    { name: "lint", outcome: "green" },
    { name: "test", outcome: "green" },
  ]);
});

it("doctor is content with a good project, and says of a missing agent and a red check what to mend", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const good = await tutti(["doctor"]);
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining("agent alto")]);
  expect(good.stdout).toContain("check test");

  const config = JSON.parse(readFileSync(join(project.root, ".tutti/config.yaml"), "utf8"));
  config.agents.alto.command = ["no-such-agent", "--acp"];
  config.checks.broken = { run: "no-such-tool" };
  project.commit({ ".tutti/config.yaml": JSON.stringify(config) }, "broken");
  const bad = await tutti(["doctor"]);
  expect(bad.code).toBe(1);
  expect(bad.stdout).toContain("no-such-agent");
  expect(bad.stdout).toMatch(/Install the agent/u);
  expect(bad.stdout).toContain("no-such-tool");
  const document = jsonOf(await tutti(["doctor", "--json"]));
  expect(document.ok).toBe(false);
});

it("workflows are listed, printed and checked", async () => {
  const own = readFileSync(
    join(import.meta.dirname, "../../packages/tutti/src/workflows/builtin/quick.md"),
    "utf8",
  ).replace("name: quick", "name: ours");
  using project = createProject({ agents: DUET, workflows: { ours: own } });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { items: workflows } = jsonOf(await tutti(["workflows", "ls", "--json"]));
  const names = workflows.map(({ name }: { name: string }) => name);
  expect(names.toSorted()).toEqual(["fix-bug", "ours", "quick", "spec-first"]);
  expect((await tutti(["workflows", "show", "ours"])).stdout.trim()).toBe(own.trim());
  const unknown = await tutti(["workflows", "show", "our", "--json"]);
  expect([unknown.code, jsonOf(unknown).error.code]).toEqual([2, "workflow.unknown"]);
  const good = await tutti(["workflows", "lint"]);
  expect([good.code, good.stderr + good.stdout]).toEqual([0, expect.not.stringContaining("error")]);
  writeFileSync(join(project.root, "draft.md"), own.replace("role: author", "role: auther"));
  const bad = await tutti(["workflows", "lint", "draft.md"]);
  expect(bad.code).toBe(2);
  expect(bad.stdout + bad.stderr).toMatch(/draft\.md:\d+.*auther/u);
});

it("the daemon serves until it is stopped, and gc removes what no run needs, and nothing that one does", async () => {
  using project = createProject({ agents: { ...DUET, alto: ASKING } });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const stopped = jsonOf(await tutti(["stop", "--json"]));
  expect(stopped).toEqual({ stopped: false, pid: null });
  expect(jsonOf(await tutti(["tasks", "--json"])).items).toEqual([]);
  // The planner waits for a person in a throw-away copy, which must outlive the sweep.
  const asked = jsonOf(await tutti(["run", TASK, "--wait", "--json"]));
  const { run } = asked;
  expect(asked.attention[0].kind).toBe("permission");
  const leftover = join(daemon.data, "runs/r-aaaaaaaaaaaa");
  mkdirSync(join(leftover, "host"), { recursive: true });
  const swept = await tutti(["gc", "--json"]);
  expect([swept.code, jsonOf(swept)]).toEqual([0, { removed: 1 }]);
  expect(existsSync(leftover)).toBe(false);
  expect(existsSync(join(daemon.data, "runs", run, "tree"))).toBe(true);
  const allowed = jsonOf(await tutti(["permit", "allow", run, "--json"]));
  expect(allowed.run).toBe(run);
  const written = await conduct(daemon.client, run, () => null);
  expect(written.attention.map(({ kind }) => kind)).toEqual(["approval"]);
  expect(written.steps[0]?.attempts).toBe(1);
  const pid = await daemon.pid();
  expect(jsonOf(await tutti(["stop", "--json"]))).toEqual({ stopped: true, pid });
  // The next command starts another, which knows the run.
  const view = jsonOf(await tutti(["show", run, "--json"]));
  expect(view.attention[0].kind).toBe("approval");
  expect(await daemon.pid()).not.toBe(pid);
});

it("a target that follows a remote is left alone, and a ready branch with the checked candidate is made", async () => {
  using project = createProject({ agents: QUIET });
  const remote = join(project.folder, "remote.git");
  execFileSync("git", ["init", "--quiet", "--bare", remote]);
  project.git("remote", "add", "origin", remote);
  project.git("push", "--quiet", "--set-upstream", "origin", "main");
  const before = project.git("rev-parse", "main");
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const done = await tutti(["run", TASK, "--workflow", "quick", "--wait", "--json"]);
  const view = jsonOf(done);
  expect([done.code, view.outcome, view.target.to]).toEqual([0, "completed", "branch"]);
  const branch = `tutti/${view.run}`;
  expect(view.merged).toMatchObject({
    target: branch,
    to: "branch",
    commit: view.candidate.commit,
  });
  await ended(daemon.client, view.run);
  expect(project.git("rev-parse", "main", "origin/main")).toBe(`${before}\n${before}`);
  expect(project.git("rev-parse", branch)).toBe(view.candidate.commit);
  expect(project.git("show", `${branch}:sum.mjs`)).toContain("total + value, 0");
  expect(project.git("merge-base", "--is-ancestor", before, branch)).toBe("");
  expect(project.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tutti")).toBe(
    `refs/heads/main\nrefs/heads/${branch}`,
  );
  expect(project.git("status", "--porcelain")).toBe("");
  expect((await tutti(["show", view.run])).stdout).toContain(branch);

  // The word of a person goes before the default.
  const moved = await tutti([
    "run",
    "Again",
    "--workflow",
    "quick",
    "--to",
    "target",
    "--wait",
    "--json",
  ]);
  expect([moved.code, jsonOf(moved).outcome]).toEqual([0, "merged"]);
  expect(project.git("rev-parse", "origin/main")).toBe(before);
});

it("a ready branch is what the configuration asks for, too", async () => {
  using project = createProject({ agents: QUIET, config: { merge: { to: "branch" } } });
  await using daemon = createDaemon(project);
  const before = project.git("rev-parse", "main");
  const view = jsonOf(await daemon.tutti(["run", TASK, "--workflow", "quick", "--wait", "--json"]));
  expect(view.outcome).toBe("completed");
  expect(project.git("rev-parse", "main")).toBe(before);
  expect(project.git("log", "-1", "--format=%B", `tutti/${view.run}`)).toContain("Tutti-Run: ");
});
