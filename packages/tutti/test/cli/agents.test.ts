import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { AgentsReport, AgentTrial, type AgentView } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

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

const needing = (...hidden: string[]) => {
  const lost = view("lost", { hidden, isReady: false, mend: "x" });
  const locked = view("locked", { access: "no-key", hidden: ["~/x"], isReady: false, mend: "x" });
  return openHarness({ agents: () => ({ agents: [locked, lost], problems: [] }) });
};

const textOf = (harness: Harness, path: string): string =>
  readFileSync(join(harness.folder, path), "utf8");

describe("the folders that an agent with a role needs", () => {
  const tool = "~/.nvm/versions/node/v24.0.0";
  const OWN = "config/tutti/config.yaml";

  it("are in the project's file where tools are at home, else in the user's own", async () => {
    await using harness = await needing("~/agents", tool);
    const written = await harness.tutti(["init"], { cwd: harness.project });
    expect(written.out).toContain("author: lost (anthropic)");
    expect(written.out).toContain(`Shown inside the fence, read-only\n  ${tool}  (lost)`);
    expect(written.out).toContain(
      `Shown too, by your own ${join(harness.folder, OWN)}\n  ~/agents  (lost)`,
    );
    const project = textOf(harness, "project/.tutti/config.yaml");
    expect(project).toContain(`  read:\n    - ${tool} # lost\n`);
    expect(project).not.toContain("~/agents");
    expect(textOf(harness, OWN)).toBe("sandbox:\n  read:\n    - ~/agents\n");
  });

  it("join what the user's file has, whose comments, keys and permissions stay", async () => {
    await using harness = await needing("~/agents", "~/mine/bin");
    const file = join(harness.folder, OWN);
    mkdirSync(dirname(file), { recursive: true });
    const text = "# mine\nsandbox:\n  read: [~/mine] # tools\nlimits: { turnMinutes: 9 }\n";
    writeFileSync(file, text, { mode: 0o640 });
    const json = JSON.parse((await harness.tutti(["init", "--json"])).out);
    expect(json.own).toEqual({
      path: file,
      read: [{ path: "~/agents", why: "lost" }],
      written: true,
    });
    expect(textOf(harness, OWN)).toBe(
      "# mine\nsandbox:\n  read: [ ~/mine, ~/agents ] # tools\nlimits: { turnMinutes: 9 }\n",
    );
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it("are only named where nothing is written, or where the user's file is not in order", async () => {
    await using harness = await needing("~/agents");
    const line = "sandbox: { read: [~/agents] }";
    const printed = await harness.tutti(["init", "--print"]);
    expect(printed.err).toContain(`Add to your own ${join(harness.folder, OWN)}: ${line}`);
    expect(existsSync(join(harness.folder, OWN))).toBe(false);
    mkdirSync(join(harness.folder, "config/tutti"), { recursive: true });
    writeFileSync(join(harness.folder, OWN), "sandbox: { reed: [] }\n");
    expect((await harness.tutti(["init"])).out).toContain(line);
    expect(textOf(harness, OWN)).toBe("sandbox: { reed: [] }\n");
  });

  it("are not those of programs that the repository itself puts onto the PATH", async () => {
    await using harness = await openHarness();
    // Not in /tmp: what lies there is passing, and the fence has a /tmp of its own.
    const cache = join(import.meta.dirname, "../../../../.cache");
    mkdirSync(cache, { recursive: true });
    const home = mkdtempSync(join(cache, "init-"));
    using _ = { [Symbol.dispose]: () => rmSync(home, { recursive: true }) };
    const documents = join(home, "Documents");
    for (const folder of [".git", "bin"])
      mkdirSync(join(home, "project", folder), { recursive: true });
    mkdirSync(documents);
    writeFileSync(join(documents, "deno"), "", { mode: 0o755 });
    symlinkSync(join(documents, "deno"), join(home, "project/bin/deno"));
    writeFileSync(join(home, "project/deno.json"), "{}");
    const init = (path: string) =>
      harness.tutti(["init", "--print", "--json"], {
        cwd: join(home, "project"),
        env: { PATH: path, HOME: home },
      });
    // The control: somebody's own PATH leads there.
    expect(JSON.parse((await init(documents)).out).own.read).toEqual([
      { path: "~/Documents", why: "deno" },
    ]);
    expect(JSON.parse((await init(join(home, "project/bin"))).out).own.read).toEqual([]);
  });
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
