import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RunId } from "@tutti/protocol";
import { expect, test } from "vitest";
import { readHost } from "../../src/platform/tool-places.ts";
import { decide } from "../../src/domain/decide/decide.ts";
import { keyedRunId, startCommand } from "../../src/engine/start-run.ts";
import { warningLine } from "../../src/cli/pages/warning-line.ts";
import { styleFor } from "../../src/cli/terminal/style.ts";
import { createRules } from "../../src/rules.ts";
import { git, makeRepository, openWorkspaces, scratch, write } from "../workspace/support.ts";

const configOf = (name: string): string => `
agents:
  ${name}: { command: ["${name}"], family: anthropic }
  tenor: { command: ["tenor"], family: openai }
roles: { author: ${name}, reviewer: [tenor] }
checks: { test: { run: "npm test" } }
`;

const project = () => {
  const place = scratch("start-run");
  const root = makeRepository(join(place.folder, "project"));
  write(root, { ".tutti/config.yaml": configOf("alto") });
  git(root, "add", ".");
  git(root, "commit", "-qm", "configuration");
  const { repositories } = openWorkspaces(place);
  const deps = {
    repositories,
    rules: createRules(join(place.folder, "config"), readHost({ HOME: place.folder })),
    ids: { run: () => RunId.parse("r-abcdef123456"), permission: () => "q-1" },
  };
  const userFolder = join(place.folder, "config");
  return { root, deps, userFolder, [Symbol.dispose]: () => place[Symbol.dispose]() };
};

const commitOn = (root: string, branch: string, files: Record<string, string>): string => {
  git(root, "checkout", "-q", "-B", branch);
  write(root, files);
  git(root, "add", ".");
  git(root, "commit", "-qm", `on ${branch}`);
  const commit = git(root, "rev-parse", "HEAD");
  git(root, "checkout", "-q", "main");
  return commit;
};

test("a tag that is called like the target branch is never taken for it", async () => {
  using place = project();
  const { root, deps } = place;
  commitOn(root, "other", { ".tutti/config.yaml": configOf("bass") });
  git(root, "tag", "main", "other");
  const { base, policy } = await startCommand(deps, { path: root, text: "mend it" });
  expect(base.commit).toBe(git(root, "rev-parse", "refs/heads/main"));
  expect(Object.keys(policy.config.agents)).toContain("alto");
});

test("only a branch can be merged into", async () => {
  using place = project();
  const { root, deps } = place;
  git(root, "tag", "v1");
  for (const target of ["v1", "HEAD~0", "no-such-branch"])
    await expect(startCommand(deps, { path: root, text: "mend it", target })).rejects.toMatchObject(
      { code: "repository.ref" },
    );
});

test("a base with commits that the target does not have is warned of", async () => {
  using place = project();
  const { root, deps } = place;
  const ahead = commitOn(root, "ahead", { "new.txt": "new\n" });
  const started = await startCommand(deps, { path: root, text: "mend it", base: "ahead" });
  expect(started.base.commit).toBe(ahead);
  expect(started.warnings).toContainEqual(
    expect.stringContaining("ahead has commits that main does not have"),
  );
  const behind = await startCommand(deps, { path: root, text: "mend it", base: "main~1" });
  expect(behind.warnings).toEqual([]);
});

test("roles that are asked for go before those of the files, and are part of the policy", async () => {
  using place = project();
  const { root, deps } = place;
  const request = { path: root, text: "mend it" };
  const usual = await startCommand(deps, request);
  const roles = { author: "codex", reviewer: ["claude-code", "alto"] };
  const { policy, warnings } = await startCommand(deps, { ...request, roles });
  expect(policy.config.roles).toEqual(roles);
  expect(policy.config.agents["codex"]).toMatchObject({ catalog: "codex", family: "openai" });
  expect(policy.hash).not.toBe(usual.policy.hash);
  expect(warnings).toEqual([]);
  const alone = await startCommand(deps, { ...request, roles: { reviewer: ["alto"] } });
  expect(alone.policy.config.roles).toEqual({ author: "alto", reviewer: ["alto"] });
  expect(alone.warnings).toEqual([
    expect.stringMatching(/^--reviewer: warning: .*reviews will be degraded/u),
  ]);
});

test("what was asked for stays known beside what all the roles are", async () => {
  using place = project();
  const { root, deps } = place;
  const rolesOf = async (roles?: { author: string }) => {
    const request = { path: root, text: "mend it", ...(roles === undefined ? {} : { roles }) };
    const command = await startCommand(deps, request);
    const decision = decide(null, command, { now: 1, actor: { kind: "person", id: "kim" } });
    return decision.kind === "rejected" ? decision : decision.state.roles;
  };
  expect(await rolesOf({ author: "codex" })).toEqual({ author: "codex" });
  expect(await rolesOf()).toEqual({});
});

test("a role that is asked for and cannot be given starts nothing", async () => {
  using place = project();
  const { root, deps } = place;
  const start = (roles: { author: string }) =>
    startCommand(deps, { path: root, text: "mend it", roles });
  await expect(start({ author: "codx" })).rejects.toMatchObject({
    code: "usage",
    message: "--author: error: `codx` is not an agent. Did you mean `codex`?",
  });
  await expect(start({ author: "qwen-code" })).rejects.toMatchObject({ code: "usage" });
});

test("a key names one run for each place, and no key names none", () => {
  const request = { path: "/a", text: "mend it", key: "k" };
  expect(keyedRunId(request)).toBe(keyedRunId({ ...request, text: "other words" }));
  expect(keyedRunId(request)).not.toBe(keyedRunId({ ...request, path: "/b" }));
  expect(keyedRunId({ path: "/a", text: "mend it" })).toBe(null);
});

test("an agent that asks a model directly is refused where a step writes the workspace", async () => {
  using place = project();
  const quick = readFileSync(
    new URL("../../src/workflows/builtin/quick.md", import.meta.url),
    "utf8",
  );
  commitOn(place.root, "main", {
    ".tutti/workflows/mine.md": quick
      .replace("name: quick", "name: mine")
      .replace("role: author", "role: author\nagent: ivy"),
    ".tutti/config.yaml": `
agents:
  ivy: { api: anthropic, model: claude-sonnet-4-5 }
  tenor: { command: ["tenor"], family: openai }
roles: { author: tenor, reviewer: [tenor] }
checks: { test: { run: "npm test" } }
`,
  });
  const request = { path: place.root, text: "Fix it", workflow: "mine" };
  await expect(startCommand(place.deps, request)).rejects.toMatchObject({
    code: "role.no-hands",
    message: expect.stringContaining("its agent ivy asks the model API anthropic directly"),
  });
});

test("an agent that asks a model directly may plan and review", async () => {
  using place = project();
  commitOn(place.root, "main", {
    ".tutti/config.yaml": `
agents:
  ivy: { api: anthropic, model: claude-sonnet-4-5 }
  tenor: { command: ["tenor"], family: openai }
roles: { planner: ivy, author: tenor, reviewer: [ivy] }
checks: { test: { run: "npm test" } }
`,
  });
  const command = await startCommand(place.deps, { path: place.root, text: "Fix it" });
  expect(command.policy.config.agents["ivy"]).toMatchObject({ api: "anthropic", command: [] });
});

test("every run of an agent with its login inside the fence warns of it, in red", async () => {
  using place = project();
  const inside = "credentials: inside, egress: [api.example:443]";
  write(place.userFolder, {
    "config.yaml": `agents:\n  mine: { agent: codex, ${inside} }\n  idle: { agent: gemini, ${inside} }\n`,
  });
  commitOn(place.root, "main", {
    ".tutti/config.yaml": `
agents: { alto: { command: ["alto"], family: anthropic } }
roles: { planner: alto, author: alto, reviewer: [mine] }
checks: { test: { run: "npm test" } }
`,
  });
  const command = await startCommand(place.deps, { path: place.root, text: "Fix it" });
  expect(command.policy.config.agents["mine"]?.credentials).toBe("inside");
  expect(command.warnings).toEqual([
    "mine has its own login inside the fence (credentials: inside): what runs there can read it, and its use is reported, not metered.",
  ]);
  const style = styleFor({ env: { FORCE_COLOR: "1" }, isTerminal: false, isRefused: false });
  const [warning = ""] = command.warnings;
  expect(warningLine(warning, style)).toBe(`\u001B[1;31m▲ ${warning}\u001B[0m`);
  expect(warningLine("the tree is dirty", style)).toBe("\u001B[1;33m! the tree is dirty\u001B[0m");
});

test("a run without such an agent warns of no login", async () => {
  using place = project();
  const { warnings } = await startCommand(place.deps, { path: place.root, text: "Fix it" });
  expect(warnings.join(" ")).not.toContain("login");
});
