/** Agents through the command line: which there are, and one tried for real in the fence. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import type { Action } from "../../packages/tutti/src/agents/scripted/script.ts";
import { createDaemon, jsonOf } from "../fixtures/daemon.ts";
import { buildAgent, createProject, REPOSITORY } from "../fixtures/project.ts";

const edit = { do: "write" as const, path: "tutti-trial.txt", content: "It works.\n" };
const agent = (actions: readonly Action[]) => ({
  family: "anthropic",
  script: { turns: [{ step: "probe", do: actions }] },
});
const AGENTS = {
  alto: agent([{ do: "ask", title: "May I?", allow: [edit] }]),
  tenor: agent([{ do: "say", text: "Done!" }]),
};

it("an agent is tried on a file that is really there afterwards, whatever it says", async () => {
  using project = createProject({ agents: AGENTS });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const good = jsonOf(await tutti(["agents", "test", "alto", "--yes", "--json"]));
  expect(good).toMatchObject({ name: "alto", ok: true, problem: null, asked: 1 });
  expect(good.openedMs).toBeGreaterThan(0);
  // A Node of its own; what it shares with others is counted in part.
  expect(good.peakBytes).toBeGreaterThan(1024 * 1024);

  const boast = await tutti(["agents", "test", "tenor", "--yes", "--json"]);
  expect(boast.code).toBe(1);
  expect(jsonOf(boast)).toMatchObject({
    ok: false,
    problem: { message: expect.stringContaining("did not write the file. It said: Done!") },
  });
  expect(project.git("status", "--porcelain")).toBe("");
});

/** The agent waits at a pipe in its work tree until somebody writes to it. */
const WAITING = agent([edit, { do: "run", command: "mkfifo go && cat go" }]);
const PATIENCE_MS = 60_000;

it("an agent that is tried keeps its workspace while unused ones are removed", async () => {
  using project = createProject({ agents: { ...AGENTS, alto: WAITING } });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const runs = join(daemon.data, "runs");
  const pipes = (): string[] =>
    existsSync(runs)
      ? readdirSync(runs, { recursive: true, encoding: "utf8" }).filter(
          (path) => basename(path) === "go",
        )
      : [];
  const trial = tutti(["agents", "test", "alto", "--yes", "--json"]);
  await expect.poll(pipes, { timeout: PATIENCE_MS }).toHaveLength(1);
  const [pipe = ""] = pipes();
  expect(jsonOf(await tutti(["gc", "--json"]))).toMatchObject({ removed: 0 });
  expect(pipes()).toEqual([pipe]);
  await writeFile(join(runs, pipe), "");
  expect(jsonOf(await trial)).toMatchObject({ ok: true, problem: null });
  expect(readdirSync(runs)).toEqual([]);
});

it("an agent that nobody knows, one without a key and one that is not installed say what to do", async () => {
  using project = createProject({ agents: AGENTS });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const unknown = await tutti(["agents", "test", "claude-cod", "--yes"]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("Did you mean `claude-code`?");
  const { agents } = jsonOf(await tutti(["agents", "ls", "--json"]));
  const names = agents.map(({ name }: { name: string }) => name);
  expect(names).toEqual(
    expect.arrayContaining(["claude-code", "codex", "gemini", "alto", "tenor"]),
  );
  const missing = agents.find(({ installed }: { installed: boolean }) => !installed);
  const tried = await tutti(["agents", "test", missing.name, "--yes", "--json"]);
  expect(tried.code).not.toBe(0);
});

it("an agent that the fence does not show is refused with what shows it, and works with that", async () => {
  // Outside of /tmp, of which the fence has its own.
  mkdirSync(join(REPOSITORY, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(REPOSITORY, ".cache/agent-"));
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
  const script = join(folder, "script.json");
  writeFileSync(script, JSON.stringify(agent([edit]).script));
  const command = [process.execPath, buildAgent(folder), script];
  using project = createProject({
    agents: AGENTS,
    others: { agents: { lost: { command, family: "mistral" } }, read: [] },
  });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const told = async () => {
    const { agents } = jsonOf(await tutti(["agents", "ls", "--json"]));
    return agents.find(({ name }: { name: string }) => name === "lost");
  };
  expect(await told()).toMatchObject({ installed: true, isReady: false, hidden: [folder] });
  const refused = await tutti(["agents", "test", "lost", "--yes"]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`sandbox: { read: [${folder}] }`);

  project.configure({}, [folder]);
  expect(await told()).toMatchObject({ isReady: true, hidden: [] });
  const tried = jsonOf(await tutti(["agents", "test", "lost", "--yes", "--json"]));
  expect(tried).toMatchObject({ ok: true, problem: null });
});
