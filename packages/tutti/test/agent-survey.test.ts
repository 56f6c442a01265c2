/** The list of agents from real files: packages of npm, a configuration and a login. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { claudeCode } from "../src/agents/catalog/claude-code.ts";
import { createSurvey } from "../src/agent-survey.ts";
import { scratch, write } from "./workspace/support.ts";

const [name = "", version = ""] =
  claudeCode.distribution.kind === "npm" ? claudeCode.distribution.package.split(/(?<=.)@/u) : [];

test("an installed package, a custom agent and a broken file are told together", async () => {
  using place = scratch("survey");
  const home = join(place.folder, "home");
  const root = join(place.folder, "project");
  const packages = join(place.folder, "lib/node_modules", name);
  write(packages, { "package.json": JSON.stringify({ name, version }), "main.js": "#!/bin/sh\n" });
  chmodSync(join(packages, "main.js"), 0o755);
  const bin = join(place.folder, "bin", claudeCode.distribution.program);
  mkdirSync(dirname(bin), { recursive: true });
  symlinkSync(join(packages, "main.js"), bin);
  const logins = join(place.folder, "logins");
  write(join(logins, "claude-code"), { ".claude/.credentials.json": "{}" });
  write(root, {
    ".tutti/config.yaml":
      "agents: { mine: { command: [./agent.sh], family: mistral } }\nroles: { author: mine, reviewer: [claude-code] }\n",
    "agent.sh": "",
  });
  const survey = createSurvey({
    userFile: join(home, "config.yaml"),
    gateway: {
      providers: async () => [
        { name: "anthropic", url: "u", key: "missing", keyName: "ANTHROPIC_API_KEY" },
      ],
    },
    environment: { PATH: dirname(bin), HOME: home },
    node: join(place.folder, "node/bin/node"),
    data: join(place.folder, "data"),
    logins,
  });
  const { agents, problems } = await survey(root);
  expect(problems).toEqual([]);
  const told = (one: string) => agents.find((agent) => agent.name === one);
  expect(told("claude-code")).toMatchObject({
    installed: true,
    version,
    isTested: true,
    isSignedIn: true,
    access: "no-key",
    roles: ["reviewer"],
    mend: expect.stringMatching(/^tutti keys set ANTHROPIC_API_KEY # .*setup-token/u),
  });
  expect(told("codex")).toMatchObject({ installed: false, mend: expect.stringContaining("npm") });
  expect(told("mine")).toMatchObject({ installed: true, isReady: true, roles: ["author"] });

  writeFileSync(join(root, ".tutti/config.yaml"), "agnets: {}\n");
  const broken = await survey(root);
  expect(broken.problems[0]).toContain(".tutti/config.yaml:1: error:");
  expect(broken.agents.length).toBeGreaterThan(5);
});

/** A home with a Node of a version manager, and with Claude Code installed by it or in a folder of its own. */
const homeWithAgent = (prefix: string) => {
  // Not in /tmp: what lies there is passing, and the fence has a /tmp of its own.
  const cache = join(import.meta.dirname, "../../../.cache");
  mkdirSync(cache, { recursive: true });
  const home = mkdtempSync(join(cache, "survey-"));
  const packages = join(home, prefix, "lib/node_modules", name);
  write(packages, {
    "package.json": JSON.stringify({ name, version }),
    "main.js": "#!/usr/bin/env node-of-the-test\n",
  });
  chmodSync(join(packages, "main.js"), 0o755);
  write(join(home, NODE, "bin"), { "node-of-the-test": "" });
  chmodSync(join(home, NODE, "bin/node-of-the-test"), 0o755);
  mkdirSync(join(home, prefix, "bin"), { recursive: true });
  symlinkSync(join(packages, "main.js"), join(home, prefix, "bin/claude-agent-acp"));
  const userFile = join(home, ".config/tutti/config.yaml");
  const survey = createSurvey({
    userFile,
    gateway: {
      providers: async () => [
        { name: "anthropic", url: "u", key: "there", keyName: "ANTHROPIC_API_KEY" },
      ],
    },
    environment: {
      PATH: [NODE, prefix].map((one) => join(home, one, "bin")).join(":"),
      HOME: home,
    },
    node: join(home, NODE, "bin/node"),
    data: join(home, ".local/share/tutti"),
    logins: join(home, "logins"),
  });
  return {
    claude: async (config: string) => {
      write(home, { ".config/tutti/config.yaml": config });
      const { agents, problems } = await survey(null);
      return { ...agents.find((agent) => agent.name === "claude-code"), problems };
    },
    node: (of: string) => {
      const [major, minor, patch] = of.split(".");
      const header = `#define NODE_MAJOR_VERSION ${major}\n#define NODE_MINOR_VERSION ${minor}\n#define NODE_PATCH_VERSION ${patch}\n`;
      write(packages, { "main.js": "#!/usr/bin/env node\n" });
      write(join(home, NODE), { "include/node/node_version.h": header, "bin/node": "" });
      chmodSync(join(home, NODE, "bin/node"), 0o755);
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  };
};
const NODE = ".nvm/versions/node/v24.1.0";

test("an agent of a version manager is ready once the fence shows it, and says what that takes", async () => {
  using home = homeWithAgent(NODE);
  expect(await home.claude("{}")).toMatchObject({
    installed: true,
    access: "key",
    isReady: false,
    hidden: [`~/${NODE}`],
    mend: `Show it inside the fence: \`sandbox: { read: [~/${NODE}] }\` in ~/.config/tutti/config.yaml, or let \`tutti init\` write it.`,
  });
  for (const shown of [`~/${NODE}`, "~/.nvm/versions"])
    expect(await home.claude(`sandbox: { read: [${shown}] }`)).toMatchObject({
      isReady: true,
      hidden: [],
      mend: null,
      problems: [],
    });
});

test("an agent whose interpreter the fence does not show is not ready", async () => {
  using home = homeWithAgent("agents");
  expect((await home.claude("{}")).hidden).toEqual(["~/agents", `~/${NODE}`]);
  expect(await home.claude("sandbox: { read: [~/agents] }")).toMatchObject({
    isReady: false,
    hidden: [`~/${NODE}`],
  });
  expect((await home.claude(`sandbox: { read: [~/${NODE}] }`)).hidden).toEqual(["~/agents"]);
  // Its launcher alone is not enough: the package lies beside.
  expect((await home.claude(`sandbox: { read: [~/agents/bin, ~/${NODE}] }`)).isReady).toBe(false);
  expect((await home.claude(`sandbox: { read: [~/agents, ~/${NODE}] }`)).isReady).toBe(true);
});

test("an entry of sandbox.read that would end every run is told, and shows nothing", async () => {
  using home = homeWithAgent(NODE);
  expect(await home.claude("sandbox: { read: [~/gone] }")).toMatchObject({
    isReady: false,
    problems: ["sandbox.read: ~/gone cannot be shown: it does not exist."],
  });
});

test("an agent that would find a Node too old for it is not ready, and says which", async () => {
  using home = homeWithAgent(NODE);
  const shown = `sandbox: { read: [~/${NODE}] }`;
  home.node("21.9.1");
  expect(await home.claude(shown)).toMatchObject({
    isReady: false,
    oldNode: "21.9.1",
    mend: expect.stringMatching(
      /^It needs Node 22\.0 or newer, and inside the fence it finds 21\.9\.1/u,
    ),
  });
  home.node("22.0.0");
  expect((await home.claude(shown)).isReady).toBe(true);
});
