import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AgentsReport, AgentTrial, type AgentView } from "@tutti/protocol";
import { expect, it } from "vitest";
import { openHarness } from "./harness.ts";

const view = (name: string, changes: Partial<AgentView> = {}): AgentView => ({
  name,
  title: name,
  from: "catalogue",
  catalog: name,
  command: [name],
  family: "anthropic",
  model: null,
  roles: [],
  installed: true,
  version: "1.2.3",
  isTested: true,
  access: "key",
  provider: "anthropic",
  keyName: "ANTHROPIC_API_KEY",
  isSignedIn: false,
  hidden: [],
  isReady: true,
  mend: null,
  ...changes,
});
const AGENTS = [
  view("claude-code", { roles: ["author"] }),
  view("codex", {
    family: "openai",
    installed: false,
    version: null,
    isTested: null,
    isReady: false,
    mend: "npm install -g codex@1",
  }),
  view("gemini", {
    family: "google",
    access: "no-key",
    keyName: "GEMINI_API_KEY",
    version: "9.9",
    isTested: false,
    isReady: false,
    mend: "tutti keys set GEMINI_API_KEY",
  }),
];
const report = () => ({ agents: AGENTS, problems: ["config.yaml:1: error: x"] });

it("lists agents with what mends those that do not work", async () => {
  await using harness = await openHarness({ agents: report });
  const listed = await harness.tutti(["agents"], { cwd: harness.project });
  expect(listed).toMatchObject({ code: 0, err: "! config.yaml:1: error: x\n" });
  expect(listed.out.split("\n")).toEqual([
    "claude-code  ● ready          anthropic · 1.2.3 · ANTHROPIC_API_KEY is there · author",
    "codex        ○ not installed  openai · ANTHROPIC_API_KEY is there",
    "             npm install -g codex@1",
    "gemini       ◆ no access      google · 9.9 (not the version that was tested) · GEMINI_API_KEY is missing",
    "             tutti keys set GEMINI_API_KEY",
    "",
  ]);
  const json = await harness.tutti(["agents", "ls", "--json"]);
  expect(AgentsReport.parse(JSON.parse(json.out)).agents).toHaveLength(3);
});

it("tells an agent whose login is inside the fence apart, by shape, word and red", async () => {
  const agents = [view("mine", { access: "login", keyName: null })];
  const options = { agents: () => ({ agents, problems: [] }) };
  await using harness = await openHarness(options);
  const plain = await harness.tutti(["agents"]);
  expect(plain.out).toBe(
    "mine  ▲ login inside   anthropic · 1.2.3 · ready; what runs in the fence can read its login, and its use is not metered\n",
  );
  const red = await harness.tutti(["agents"], { env: { FORCE_COLOR: "1" } });
  expect(red.out).toContain("\u001B[1;31m▲ login inside");
  const ready = { agents: () => ({ agents: [view("other")], problems: [] }) };
  await using usual = await openHarness(ready);
  const cyan = await usual.tutti(["agents"], { env: { FORCE_COLOR: "1" } });
  expect(cyan.out).toContain("\u001B[36m● ready");
});

it("asks for the agents of the present project", async () => {
  const asked: (string | null)[] = [];
  await using harness = await openHarness({
    agents: (path) => {
      asked.push(path);
      return report();
    },
  });
  await harness.tutti(["agents"], { cwd: harness.project });
  await harness.tutti(["agents"], { cwd: harness.folder });
  expect(asked).toEqual([harness.project, null]);
});

it("writes roles for the agents that work here", async () => {
  const agents = [view("claude-code"), view("gemini", { family: "google" })];
  await using harness = await openHarness({ agents: () => ({ agents, problems: [] }) });
  const written = await harness.tutti(["init"], { cwd: harness.project });
  expect(written.out).toContain("author: claude-code (anthropic)");
  expect(written.out).toContain("reviewer: gemini (google)");
  const text = readFileSync(join(harness.project, ".tutti/config.yaml"), "utf8");
  expect(text).toContain("  author: claude-code\n  reviewer: [gemini]\n");
});

it("says what to add where only one family works", async () => {
  await using harness = await openHarness({ agents: report });
  const written = await harness.tutti(["init", "--json"], { cwd: harness.project });
  expect(JSON.parse(written.out)).toMatchObject({
    roles: {
      author: "claude-code",
      reviewer: null,
      notes: [
        expect.stringContaining("Reviews will be degraded"),
        "To add gemini: tutti keys set GEMINI_API_KEY",
      ],
    },
  });
});

it("says on standard error what is missing when the file is only printed", async () => {
  await using harness = await openHarness({ agents: report });
  const printed = await harness.tutti(["init", "--print"], { cwd: harness.project });
  expect(printed.err).toContain("! Reviews will be degraded");
  expect(printed.out).not.toContain("! Reviews will be degraded");
});

it("tries an agent once a person said yes", async () => {
  await using harness = await openHarness();
  const asked = await harness.tutti(["agents", "test", "alto"], { isTerminal: true, stdin: "y\n" });
  expect(asked.code).toBe(0);
  expect(asked.err).toContain("which may cost money. Go on? [y/N]");
  expect(asked.out).toContain("alto (scripted 1.0.0)");
  expect(asked.out).toContain("session there after  0.5 s");
  const no = await harness.tutti(["agents", "test", "alto"], { isTerminal: true, stdin: "\n" });
  expect(no).toMatchObject({ code: 0, out: "" });
  expect(no.err).toContain("Nothing was run.");
  const json = await harness.tutti(["agents", "test", "alto", "--json"], {
    isTerminal: true,
    stdin: "n\n",
  });
  expect(JSON.parse(json.out)).toEqual({ name: "alto", run: false });
});

it("says what the fence does not show of an agent, and does not try it", async () => {
  const mend = "Show it inside the fence: `sandbox: { read: [~/agents] }` in …";
  const lost = view("lost", { hidden: ["~/agents"], isReady: false, mend });
  await using harness = await openHarness({ agents: () => ({ agents: [lost], problems: [] }) });
  const listed = await harness.tutti(["agents"], { cwd: harness.project });
  expect(listed.out.split("\n")).toEqual([
    "lost  ◆ not shown      anthropic · 1.2.3 · ANTHROPIC_API_KEY is there",
    `      ${mend}`,
    "",
  ]);
  const tried = await harness.tutti(["agents", "test", "lost", "--yes"]);
  expect(tried).toMatchObject({ code: 2, out: "" });
  expect(tried.err).toContain(`lost would not be found inside the fence. ${mend}`);
  expect(tried.err).not.toContain("Trying");
});

it("gives an agent a role whose folders the written file then shows", async () => {
  const lost = view("lost", { hidden: ["~/agents"], isReady: false, mend: "x" });
  const locked = view("locked", { access: "no-key", hidden: ["~/x"], isReady: false, mend: "x" });
  const agents = [locked, lost];
  await using harness = await openHarness({ agents: () => ({ agents, problems: [] }) });
  const written = await harness.tutti(["init"], { cwd: harness.project });
  expect(written.out).toContain("author: lost (anthropic)");
  const text = readFileSync(join(harness.project, ".tutti/config.yaml"), "utf8");
  expect(text).toContain("  read:\n    - ~/agents # lost\n");
});

it("wants --yes where nobody can be asked", async () => {
  await using harness = await openHarness();
  const refused = await harness.tutti(["agents", "test", "alto"]);
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toContain("--yes");
  expect((await harness.tutti(["agents", "test"])).code).toBe(2);
  const json = await harness.tutti(["agents", "test", "alto", "--yes", "--json"]);
  expect(AgentTrial.parse(JSON.parse(json.out)).ok).toBe(true);
});
