/** What is said of agents: what each lacks, and who should do what. */
import type { AgentConfig } from "@tutti/protocol";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { proposeRoles } from "../../src/config/propose-roles.ts";
import { type Facts, surveyAgents } from "../../src/config/survey.ts";
import { renderConfig } from "../../src/config/template.ts";
import { CATALOG } from "./catalog.ts";

const provider = (name: string, keyName: string, key: "there" | "missing") => ({
  name,
  url: "https://x.example",
  key,
  keyName,
});
const there = {
  isInstalled: true,
  version: "1.0.0",
  isTested: true,
  isSignedIn: false,
  signIn: "HOME=/l claude-agent-acp --cli auth login",
};
const absent = {
  isInstalled: false,
  version: null,
  isTested: false,
  isSignedIn: false,
  signIn: null,
};
const factsOf = (changes: Partial<Facts> = {}): Facts => ({
  catalog: CATALOG,
  agents: {},
  roles: { reviewer: [] },
  ofUser: [],
  installed: () => there,
  isProgram: () => true,
  providers: [
    provider("anthropic", "ANTHROPIC_API_KEY", "there"),
    provider("google", "GEMINI_API_KEY", "there"),
  ],
  ...changes,
});
const survey = (changes?: Partial<Facts>) => surveyAgents(factsOf(changes));
const mends = (changes?: Partial<Facts>) =>
  Object.fromEntries(survey(changes).map(({ name, mend }) => [name, mend]));
const custom = (changes: Partial<AgentConfig> = {}): AgentConfig => ({
  command: ["alto"],
  family: "mistral",
  env: {},
  egress: [],
  ...changes,
});

test("an agent that is installed and has a key is ready, with its version and roles", () => {
  const [claude] = survey({ roles: { author: "claude-code", reviewer: ["claude-code"] } });
  expect(claude).toMatchObject({
    name: "claude-code",
    title: "Claude Code",
    from: "catalogue",
    version: "1.0.0",
    isTested: true,
    access: "key",
    keyName: "ANTHROPIC_API_KEY",
    roles: ["author", "reviewer"],
    isReady: true,
    mend: null,
  });
});

test("what is missing is told with the very command that mends it", () => {
  expect(mends({ installed: () => absent })).toMatchObject({
    "claude-code": "npm install -g @agentclientprotocol/claude-agent-acp@0.60.0",
  });
  expect(
    mends({ providers: [provider("anthropic", "ANTHROPIC_API_KEY", "missing")] }),
  ).toMatchObject({
    "claude-code":
      "tutti keys set ANTHROPIC_API_KEY # a key, or the token that `claude-agent-acp --cli setup-token` prints",
  });
  expect(mends()["qwen-code"]).toContain(
    "agents: { qwen-code: { agent: qwen-code, provider: NAME } }",
  );
});

test("agents of files stand beside the catalogue, and take the place of its own", () => {
  const agents = {
    "claude-code": custom({
      catalog: "claude-code",
      credentials: "inside",
      command: ["claude-agent-acp"],
    }),
    alto: custom(),
    judge: custom({ command: [], api: "google", provider: "google" }),
  };
  const found = survey({ agents, ofUser: ["alto", "claude-code"], isProgram: () => false });
  expect(found.map(({ name, from, access, installed }) => [name, from, access, installed])).toEqual(
    [
      ["claude-code", "user", "no-login", true],
      ["gemini", "catalogue", "key", true],
      ["qwen-code", "catalogue", "no-provider", true],
      ["alto", "user", "own", false],
      ["judge", "project", "key", true],
    ],
  );
  expect(mends({ agents, isProgram: () => false })).toMatchObject({
    "claude-code": "HOME=/l claude-agent-acp --cli auth login",
    alto: "Install `alto`, or correct `agents.alto.command`.",
  });
});

const EMPTY = { checks: [], recipe: null, read: [], notes: [] };
const rolesIn = (text: string) => {
  const parsed = parseConfig(text, "config.yaml", { catalog: CATALOG });
  return parsed.kind === "config" ? parsed.config.roles : parsed.problems;
};

test("with two families author and reviewer differ, and the file says so without comments", () => {
  const proposal = proposeRoles(survey());
  expect(proposal).toMatchObject({
    author: { name: "claude-code" },
    reviewer: { name: "gemini" },
    notes: [],
  });
  expect(rolesIn(renderConfig(EMPTY, proposal))).toEqual({
    planner: "claude-code",
    author: "claude-code",
    reviewer: ["gemini"],
  });
});

test("with one family it is said that reviews will be degraded, and what to add", () => {
  const proposal = proposeRoles(
    survey({ installed: (id) => (id === "claude-code" ? there : absent) }),
  );
  expect(proposal.reviewer).toBeNull();
  expect(proposal.notes).toEqual([
    "Reviews will be degraded: only agents of the family anthropic work here, and nobody judges their own work.",
    "To add Gemini CLI: npm install -g @google/gemini-cli@0.40.0",
  ]);
  const text = renderConfig(EMPTY, proposal);
  expect(text).toContain("# Note: Reviews will be degraded");
  expect(rolesIn(text)).toEqual({ planner: "claude-code", author: "claude-code", reviewer: [] });
});

test("with none there are examples in comments, and the next step", () => {
  const proposal = proposeRoles(
    survey({
      installed: () => ({ ...there, isSignedIn: true }),
      providers: [provider("anthropic", "ANTHROPIC_API_KEY", "missing")],
    }),
  );
  expect(proposal.author).toBeNull();
  expect(proposal.notes).toEqual([
    "No agent works here yet.",
    expect.stringMatching(/^To add Claude Code: tutti keys set ANTHROPIC_API_KEY # a key, or /u),
  ]);
  expect(rolesIn(renderConfig(EMPTY, proposal))).toEqual({ reviewer: [] });
});

test("a model API may judge and never writes", () => {
  const agents = { judge: custom({ command: [], api: "google", provider: "google" }) };
  const proposal = proposeRoles(survey({ agents, catalog: [] }));
  expect(proposal.author).toBeNull();
});
