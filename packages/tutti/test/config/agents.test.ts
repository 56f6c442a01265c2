/** Agents and roles, from what people write to what a run's policy holds. */
import { ProjectConfig } from "@tutti/protocol";
import { expect, test } from "vitest";
import { catalogAgents } from "../../src/catalog-agents.ts";
import { parseConfig, parseUserConfig } from "../../src/config/parse.ts";
import type { UserConfig } from "../../src/config/user.ts";
import { CATALOG } from "./catalog.ts";

const FILE = ".tutti/config.yaml";
const known = { catalog: CATALOG };
const parse = (text: string, user?: UserConfig) =>
  parseConfig(text, FILE, user === undefined ? known : { ...known, user });
const configOf = (text: string, user?: UserConfig): ProjectConfig => {
  const parsed = parse(text, user);
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
};
const saidOf = (level: "error" | "warning") => (text: string, user?: UserConfig) =>
  parse(text, user)
    .problems.filter((problem) => problem.level === level)
    .map(({ line, message, mend }) => `${line}: ${message} ${mend}`);
const errorsOf = saidOf("error");
const warningsOf = saidOf("warning");
const user = (text: string): UserConfig => {
  const parsed = parseUserConfig(text, "config.yaml", known);
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
};

test("a role that names an agent of the catalogue makes it appear, ready to be launched", () => {
  const config = configOf("roles: { author: claude-code, reviewer: [gemini] }\n");
  expect(config.roles).toEqual({ author: "claude-code", reviewer: ["gemini"] });
  expect(config.agents).toEqual({
    "claude-code": {
      command: ["claude-agent-acp"],
      family: "anthropic",
      catalog: "claude-code",
      provider: "anthropic",
      env: {},
      egress: [],
    },
    gemini: {
      command: ["gemini", "--acp"],
      family: "google",
      model: "gemini-2.5-pro",
      catalog: "gemini",
      provider: "google",
      env: {},
      egress: [],
    },
  });
  expect(ProjectConfig.parse(structuredClone(config))).toEqual(config);
});

test("a role that describes an agent makes one whose name says what it is", () => {
  const config = configOf(`roles:
  author: { agent: claude-code, model: claude-opus-4.1, effort: high }
  reviewer: [gemini, { agent: gemini, model: Gemini/3, env: { A: x } }, { agent: gemini }]
`);
  expect(config.roles).toEqual({
    author: "claude-code-claude-opus-4-1-high",
    reviewer: ["gemini", "gemini-gemini-3", "gemini"],
  });
  expect(config.agents[config.roles.author ?? ""]).toMatchObject({
    catalog: "claude-code",
    model: "claude-opus-4.1",
    effort: "high",
  });
  expect(Object.keys(config.agents)).toHaveLength(3);
});

test("two different agents never share a name, and one agent has one", () => {
  const config = configOf(`roles:
  reviewer:
    - { agent: gemini, env: { A: x } }
    - { agent: gemini, env: { A: y } }
    - { agent: gemini, env: { A: x } }
    - gemini
`);
  expect(config.roles.reviewer).toEqual(["gemini-2", "gemini-3", "gemini-2", "gemini"]);
  expect(config.agents["gemini"]?.env).toEqual({});
});

test("an agent of a file takes the place of the catalogue's of that name", () => {
  const text = `agents:
  gemini: { command: [mine], family: google }
roles: { author: gemini, reviewer: [claude-code] }
checks: { test: { run: x } }
`;
  expect(configOf(text).agents["gemini"]?.command).toEqual(["mine"]);
  expect(warningsOf(text)).toEqual([
    "2: `gemini` is an agent of the catalogue too, and the one defined here is used. Rename it if that is not meant, or base it on the catalogue's with `agent: gemini`.",
  ]);
  expect(
    warningsOf(text.replace("{ command: [mine], family: google }", "{ agent: gemini }")),
  ).toEqual([]);
});

test("an entry of the catalogue can be given a command, a model and a provider of one's own", () => {
  const { agents } = configOf(`agents:
  mine: { agent: claude-code, command: [~/bin/claude-acp], model: m, provider: google, mode: plan }
`);
  expect(agents["mine"]).toMatchObject({
    command: ["~/bin/claude-acp"],
    catalog: "claude-code",
    provider: "google",
    model: "m",
    mode: "plan",
  });
});

test("an unknown name says which one was meant, of the file's and of the catalogue's", () => {
  expect(errorsOf("roles: { author: claude-cod }\n")).toEqual([
    "1: `claude-cod` is not an agent. Did you mean `claude-code`?",
  ]);
  expect(errorsOf("agents:\n  a: { agent: gemni }\n")).toEqual([
    "2: `gemni` is not in the catalogue of agents. Did you mean `gemini`?",
  ]);
  expect(errorsOf("agents:\n  a: { agent: gemni }\nroles: { author: a }\n")).toHaveLength(1);
});

test("an agent says exactly one way what it is", () => {
  expect(errorsOf("agents:\n  a: { model: m }\n")[0]).toMatch(
    /^2: `agents\.a` does not say what it is\. /u,
  );
  expect(errorsOf("agents:\n  a: { command: [a] }\n")[0]).toMatch(
    /^2: `family` is missing in `agents\.a`\. /u,
  );
  expect(errorsOf("agents:\n  a: { agent: gemini, api: google, model: m }\n")).toEqual([
    "2: An agent of the catalogue and a model API are two things. Keep one of `agent` and `api`.",
  ]);
  expect(errorsOf("roles:\n  author: { agnet: gemini }\n")).toEqual([
    "2: `agnet` is not a key of `roles.author`. Did you mean `agent`?",
  ]);
});

test("a model API needs a model and a provider, and cannot be the author", () => {
  expect(errorsOf("agents:\n  a: { api: anthropic }\n")[0]).toMatch(
    /^2: `model` is missing in `agents\.a`\. /u,
  );
  expect(errorsOf("agents:\n  a: { api: antropic, model: m }\n")[0]).toMatch(
    /^2: `antropic` is not a provider\. Did you mean `anthropic`\? /u,
  );
  expect(errorsOf("agents:\n  a: { api: openai, model: m, command: [x] }\n")).toEqual([
    "2: `command` means nothing for a model API, which is asked without a program. Remove it.",
  ]);
  const text = "roles: { author: claude-code, reviewer: [{ api: openai, model: gpt-5 }] }\n";
  expect(configOf(text).agents["openai-gpt-5"]).toEqual({
    command: [],
    family: "openai",
    model: "gpt-5",
    api: "openai",
    provider: "openai",
    env: {},
    egress: [],
  });
  expect(errorsOf("roles: { author: { api: openai, model: gpt-5 } }\n")).toEqual([
    "1: `openai-gpt-5` is a model API: it has no tools to write code with. Name an agent as author; an API may plan and review.",
  ]);
});

test("an effort that nobody knows is passed on, and said", () => {
  const text = "agents:\n  a: { agent: gemini, effort: ultra }\n";
  expect(configOf(text).agents["a"]?.effort).toBe("ultra");
  expect(warningsOf(text)).toContainEqual(
    expect.stringMatching(/^2: `ultra` is no usual effort /u),
  );
});

test("only the user may let an agent have a login", () => {
  const inside = "agents:\n  a: { agent: gemini, credentials: inside, egress: [g.example:443] }\n";
  expect(errorsOf(inside)[0]).toMatch(/^2: A repository must not ask for your login/u);
  expect(errorsOf("roles: { author: { agent: gemini, credentials: inside } }\n")).toHaveLength(1);
  expect(user(inside).agents["a"]?.credentials).toBe("inside");
  expect(configOf("roles: { author: a }\n", user(inside)).agents["a"]?.credentials).toBe("inside");
});

const problemsOf = (text: string) =>
  parseUserConfig(text, "config.yaml", known).problems.map(
    ({ level, line, message, mend }) => `${level} ${line}: ${message} ${mend}`,
  );

test("a login inside is refused to an agent that cannot work with one", () => {
  const rest = "credentials: inside, egress: [x.example:443]";
  expect(problemsOf(`agents:\n  a: { agent: qwen-code, ${rest} }\n`)).toEqual([
    "error 2: `qwen-code` cannot work with a login of its own inside the fence. Leave it out, and name a provider: `provider: …`, with its key in the gateway.",
  ]);
  expect(problemsOf(`agents:\n  a: { command: [a], family: openai, ${rest} }\n`)).toEqual([
    expect.stringMatching(/^error 2: `credentials: inside` is for agents of the catalogue: /u),
  ]);
  expect(problemsOf(`agents:\n  a: { agent: gemini, ${rest} }\n`)).toEqual([]);
});

test("a repository does not choose the mode of an agent that needs one; its user may", () => {
  const catalog = catalogAgents();
  const errorsIn = (text: string) =>
    parseConfig(text, FILE, { catalog })
      .problems.filter(({ level }) => level === "error")
      .map(({ line, message, mend }) => `${line}: ${message} ${mend}`);
  const refused = [
    expect.stringMatching(
      /^2: Codex runs in its mode `agent-full-access` .* must not choose another one: in `agent` a model may approve .* Leave `mode` out\./u,
    ),
  ];
  for (const agent of [
    "agents:\n  codex: { agent: codex, mode: agent }\n",
    "agents:\n  mine: { agent: codex, command: [x], mode: agent }\n",
    "agents:\n  mine: { command: [/opt/bin/codex-acp], family: openai, mode: agent }\n",
    "roles:\n  author: { agent: codex, mode: agent }\n",
  ])
    expect(errorsIn(agent)).toEqual(refused);
  for (const agent of [
    "agents:\n  codex: { agent: codex, mode: agent-full-access }\n",
    "agents:\n  gemini: { agent: gemini, mode: plan }\n",
    "agents:\n  mine: { command: [other], family: openai, mode: agent }\n",
  ])
    expect(errorsIn(agent)).toEqual([]);

  const text = "agents:\n  codex: { agent: codex, mode: read-only }\n";
  const mine = parseUserConfig(text, "config.yaml", { catalog });
  expect(mine).toMatchObject({ kind: "config", problems: [] });
  if (mine.kind === "invalid") throw new Error("refused");
  const parsed = parseConfig("roles: { author: codex }\n", FILE, { catalog, user: mine.config });
  expect(parsed).toMatchObject({ config: { agents: { codex: { mode: "read-only" } } } });
});

test("a repository may choose model and effort of the user's agent, and nothing else of it", () => {
  const mine = user(
    "agents:\n  gemini: { agent: gemini, credentials: inside, egress: [g.example:443] }\n",
  );
  const config = configOf("roles: { author: { agent: gemini, model: other } }\n", mine);
  expect(config.agents[config.roles.author ?? ""]).toMatchObject({
    model: "other",
    credentials: "inside",
    command: ["gemini", "--acp"],
  });
  for (const key of ["command: [steal]", "env: { A: x }", "egress: [x.example:443]", "mode: x"])
    expect(errorsOf(`roles: { author: { agent: gemini, ${key} } }\n`, mine)).toEqual([
      expect.stringMatching(/^1: Only `model` and `effort` of `gemini` can be changed here/u),
    ]);
});

const HOUSES = `providers:
  ollama: { dialect: openai-compatible, url: "http://127.0.0.1:11434/v1", keyless: true, family: mistral, models: { house-coder: { family: qwen } } }
`;

test.each([
  ["the user's word for one model", "house-coder", "qwen"],
  ["what the model's name says, whoever serves it", "claude-sonnet-4-5", "anthropic"],
  ["what the name says behind a vendor's prefix", "qwen/qwen3-coder", "qwen"],
  ["the provider's other models", "omni-1", "mistral"],
])("the declared family of a catalogue agent follows %s", (_, model, family) => {
  const config = configOf(
    `agents: { local: { agent: gemini, provider: ollama, model: ${model} } }\nroles: { reviewer: [local] }\n`,
    user(HOUSES),
  );
  expect(config.agents["local"]?.family).toBe(family);
});

test("without a model the provider's family holds, and what an agent is said to be goes before all", () => {
  const said = "agents:\n  a: { agent: gemini, provider: ollama, model: omni-1, family: house }\n";
  const config = configOf(`${said}  b: { agent: claude-code, provider: ollama }\n`, user(HOUSES));
  expect(config.agents["a"]?.family).toBe("house");
  expect(config.agents["b"]?.family).toBe("mistral");
});

test("a role that asks a configured agent for another model asks for that model's family", () => {
  const mine = user(
    `${HOUSES}agents:\n  own: { agent: gemini, credentials: inside, egress: ["x.example:443"] }\n  local: { agent: gemini, provider: ollama }\n`,
  );
  const config = configOf(
    "roles: { author: claude-code, reviewer: [{ agent: own, model: claude-sonnet-4-5 }, { agent: local, model: house-coder }, { agent: own, effort: high }] }\n",
    mine,
  );
  expect(config.roles.reviewer.map((name) => config.agents[name]?.family)).toEqual([
    "anthropic",
    "qwen",
    "google",
  ]);
});

test("a repository cannot name providers", () => {
  expect(
    errorsOf("providers:\n  x: { dialect: openai, url: https://steal.example, key: A }\n"),
  ).toEqual([
    "1: A repository must not say where your keys are sent, so `providers` is not a key of this file. Move it into your own configuration (~/.config/tutti/config.yaml).",
  ]);
});

test("a budget of nothing is refused", () => {
  expect(errorsOf("budget: { usd: 0 }\n")).toEqual([
    "1: `budget.usd` is `0`; it must be more than 0. Change the number.",
  ]);
  expect(errorsOf("budget: { day: { tokens: 1.5 } }\n")[0]).toContain("`budget.day.tokens`");
});

test("rules for permissions that can match nothing are said", () => {
  expect(errorsOf("permissions:\n  - { path: /etc/**, answer: deny }\n")[0]).toMatch(
    /^2: `\/etc\/\*\*` matches no file/u,
  );
  expect(errorsOf('permissions:\n  - { command: "", answer: deny }\n')[0]).toMatch(
    /^2: An empty pattern matches no command\./u,
  );
  expect(errorsOf('permissions: [{ tool: read, command: "x", answer: deny }]\n')[0]).toContain(
    "has no command, so the rule never matches",
  );
  expect(warningsOf("permissions: [{ path: 'src/{a,b}', answer: deny }]\n").join(" ")).toContain(
    "brackets, which stand for themselves",
  );
  expect(errorsOf("permissions: [{ answer: yes }]\n")[0]).toContain("`permissions[0].answer`");
});

test("a role whose family the models' rules refuse is warned of before a run pays for it", () => {
  expect(
    warningsOf("roles: { author: gemini }\nmodels: { families: [anthropic] }\n").join("\n"),
  ).toContain("`gemini` is of the family `google`, and `models.families` allows `anthropic`");
});

test("a provider of the user's file serves agents and APIs, and says whose models it has", () => {
  const mine = user(`providers:
  ollama:
    dialect: openai-compatible
    url: http://127.0.0.1:11434
    keyless: true
    family: qwen
    models: { llama3: { family: meta } }
`);
  const { agents } = configOf(
    `agents:
  q: { agent: qwen-code, provider: ollama }
  l: { agent: qwen-code, provider: ollama, model: llama3 }
  a: { api: ollama, model: qwen3 }
`,
    mine,
  );
  expect(agents).toMatchObject({
    q: { provider: "ollama", family: "qwen" },
    l: { provider: "ollama", family: "meta" },
    a: { api: "ollama", family: "qwen" },
  });
  expect(errorsOf("roles: { author: qwen-code }\n")[0]).toMatch(
    /^1: Qwen Code has no provider that is built in\./u,
  );
});

const problems = (text: string) =>
  parseUserConfig(text, "config.yaml", known).problems.map(({ message }) => message);

test("a provider that is not one is refused where it is defined", () => {
  expect(
    problems("providers:\n  x: { dialect: openai, url: http://api.example.com, key: A }\n")[0],
  ).toContain("`providers.x.url`");
  expect(
    problems("providers:\n  x: { dialect: opneai, url: https://a.example, key: A }\n")[0],
  ).toContain("`providers.x.dialect`");
  expect(problems("providers:\n  x: { dialect: openai, url: https://a.example }\n")[0]).toContain(
    "name its `key`",
  );
  expect(
    problems("providers:\n  x: { dialect: openai, url: http://gpu-box, key: A }\n")[0],
  ).toContain("`providers.x.url` is not right: its key would cross the network unencrypted");
});
