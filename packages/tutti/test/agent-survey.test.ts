/** The list of agents from real files: packages of npm, a configuration and a login. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
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
