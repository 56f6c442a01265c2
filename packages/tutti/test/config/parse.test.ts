import { ProjectConfig } from "@tutti/protocol";
import { expect, test } from "vitest";
import { parseConfig, parseUserConfig } from "../../src/config/parse.ts";
import type { UserConfig } from "../../src/config/user.ts";

const FILE = ".tutti/config.yaml";
const VALID = `agents:
  alto: { command: ["node", "alto.mjs"], family: anthropic }
  tenor: { command: ["node", "tenor.mjs"], family: openai }
roles: { planner: alto, author: alto, reviewer: [tenor] }
checks: { test: { run: "npm test", timeout: 120s } }
`;
const problemsOf = (text: string) =>
  parseConfig(text, FILE).problems.map(({ line, message, mend, level }) => ({
    line,
    message,
    mend,
    level,
  }));
const errorsOf = (text: string) =>
  problemsOf(text)
    .filter(({ level }) => level === "error")
    .map(({ line, message, mend }) => `${line}: ${message} ${mend}`);
const warningsOf = (text: string) =>
  problemsOf(text)
    .filter(({ level }) => level === "warning")
    .map(({ message }) => message);
const configOf = (text: string, user?: UserConfig): ProjectConfig => {
  const parsed = parseConfig(text, FILE, user === undefined ? {} : { user });
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
};

test("a configuration with agents of two families and a check has no problem", () => {
  expect(problemsOf(VALID)).toEqual([]);
  expect(configOf(VALID)).toMatchObject({
    roles: { planner: "alto", author: "alto", reviewer: ["tenor"] },
    checks: { test: { run: "npm test", timeout: 120_000, report: "auto", env: {} } },
    limits: { turnMinutes: 60, silenceMinutes: 15 },
  });
});

test("a parsed configuration can be parsed again, as a stored policy is", () => {
  expect(ProjectConfig.parse(JSON.parse(JSON.stringify(configOf(VALID))))).toEqual(configOf(VALID));
});

test("an unknown key names its line and the key that was meant", () => {
  expect(errorsOf(VALID.replace("roles:", "role:"))).toEqual([
    "4: `role` is not a key of this file. Did you mean `roles`?",
  ]);
  expect(errorsOf(VALID.replace("timeout", "time-out"))).toEqual([
    "5: `time-out` is not a key of `checks.test`. Did you mean `timeout`?",
  ]);
  expect(errorsOf("recipe:\n  nonsense: 1\n")).toEqual([
    expect.stringMatching(
      /^2: `nonsense` is not a key of `recipe`\. Remove it; the keys are `setup`, /u,
    ),
  ]);
});

test("a wrong type is said in words, with how to write it", () => {
  expect(errorsOf(VALID.replace('["node", "alto.mjs"]', "node alto.mjs"))).toEqual([
    '2: `agents.alto.command` is `"node alto.mjs"`; it must be a list. Write it as a list: ["node", "alto.mjs"].',
  ]);
  expect(errorsOf("checks:\n  test: npm test\n")).toEqual([
    '2: `checks.test` is `"npm test"`; it must be a block of keys. Write its keys below it, indented.',
  ]);
  expect(errorsOf("recipe:\n  env: { PORT: 8080 }\n")).toEqual([
    '2: `recipe.env.PORT` is `8080`; it must be text. Put it in quotes: "8080".',
  ]);
  expect(errorsOf("checks:\n  test:\n")).toEqual([
    "2: `checks.test` has no value; it must be a block of keys. Give it one, or remove the key.",
  ]);
  expect(errorsOf("checks:\n  test: { timeout: 5m }\n")).toEqual([
    "2: `run` is missing in `checks.test`. Add `run: …`.",
  ]);
});

test("a duration needs a unit, and a unit that is known", () => {
  expect(errorsOf(VALID.replace("120s", "120"))).toEqual([
    "5: `checks.test.timeout` is 120, without a unit. Write `120s` for seconds, or use ms, m or h.",
  ]);
  expect(errorsOf(VALID.replace("120s", "2 minutes"))).toEqual([
    '5: `checks.test.timeout` is `"2 minutes"`. Expected: a duration such as 90s, 10m or 1h.',
  ]);
  const timeouts = ["250ms", "90s", "1.5m", "1h"].map(
    (text) => configOf(VALID.replace("120s", text)).checks["test"]?.timeout,
  );
  expect(timeouts).toEqual([250, 90_000, 90_000, 3_600_000]);
});

test("names, families and hosts have a form, which is told", () => {
  expect(errorsOf("agents:\n  Alto: { command: [a], family: x }\n")).toEqual([
    "2: `Alto` cannot be a name here. Rename it; an agent name is lower-case words joined by -.",
  ]);
  expect(errorsOf("agents:\n  a: { command: [a], family: OpenAI }\n")[0]).toContain(
    "a family is a short lower-case word such as anthropic",
  );
  expect(
    errorsOf("agents:\n  a: { command: [a], family: x, egress: [https://a.example] }\n")[0],
  ).toContain("HOST:PORT");
  expect(
    errorsOf("agents:\n  a: { command: [a], family: x, egress: [a.example:70000] }\n"),
  ).toEqual(["2: `a.example:70000` has no valid port. Use a port from 1 to 65535."]);
});

test("a role names an agent that exists", () => {
  expect(errorsOf(VALID.replace("[tenor]", "[tenro]"))).toEqual([
    "4: `tenro` is not an agent. Did you mean `tenor`?",
  ]);
});

test("a reviewer of the author's family is warned of before a run pays for it", () => {
  expect(warningsOf(VALID.replace("family: openai", "family: anthropic"))).toEqual([
    "Reviewers of 1 other family than the author's (anthropic) are asked for, and none are there: reviews will be degraded and wait for a person.",
  ]);
  expect(warningsOf(`${VALID}review: { minForeignFamilies: 2 }\n`)).toEqual([
    expect.stringContaining("and one is there"),
  ]);
});

test("a file without checks and roles is valid and warned of", () => {
  for (const text of ["", "# nothing\n", "{}"])
    expect(parseConfig(text, FILE)).toMatchObject({
      kind: "config",
      problems: [
        { message: "No agent has the role of the author." },
        { message: "No check is configured, so nothing can pass." },
      ],
    });
});

test("paths of the project stay inside it", () => {
  for (const path of ["/abs", "../up", "a/../../b", "~/x", ".git/hooks"]) {
    expect(errorsOf(`recipe:\n  copy: [${JSON.stringify(path)}]\n`)[0]).toMatch(
      /^2: .*Name a path inside the repository\.$/u,
    );
    expect(
      errorsOf(`checks: { t: { run: x, reportFile: ${JSON.stringify(path)} } }\n`),
    ).toHaveLength(1);
  }
  expect(
    errorsOf("recipe: { setup: x, dependencies: [packages/a/node_modules], link: [data/] }\n"),
  ).toEqual([]);
});

test("the fence never shows secrets, whole homes or whole machines", () => {
  const refused = [
    "~",
    "~/",
    "~/.ssh",
    "~/.ssh/id",
    "~/.config",
    "~/.config/gh",
    "~/.cargo",
    "~/.codex/auth.json",
    "~/.npmrc",
    "~/.claude",
    "/",
    "/home",
    "/home/ada",
    "/home/ada/.aws",
    "/root",
    "/root/.gnupg/x",
    "/etc",
    "relative",
    "~/a/../.ssh",
    "~//.ssh/",
    "/run/user/1000",
    "/run/user/1000/bus",
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/var/run/secrets/kubernetes.io",
    "/dev/shm",
    "/proc/1/root",
    "/sys/fs",
    "/etc/kubernetes",
    "/etc/shadow",
    "/etc/ssl",
    "/etc/ssl/private/x.pem",
    "~/.vault-token",
    "~/.config/op",
  ];
  for (const path of refused)
    expect(errorsOf(`sandbox:\n  read:\n    - ${JSON.stringify(path)}\n`)[0]).toContain(
      `3: \`${path}\``,
    );
  const shown = [
    "~/.nvm/versions/node/v24.0.0",
    "~/.cargo/bin",
    "~/.claude/local",
    "/opt/go",
    "/home/ada/.pyenv/versions/3.12",
  ];
  expect(errorsOf(`sandbox:\n  read: ${JSON.stringify(shown)}\n`)).toEqual([]);
});

test("a repository lists no host of the user's machine or network, wherever it lists hosts", () => {
  for (const host of ["169.254.169.254:80", "localhost:3000", "x.localhost:1", "10.1.2.3:443"]) {
    const list = `egress: ["${host}"]`;
    const files = [
      `recipe: { setup: x, dependencies: [a], ${list} }\n`,
      `agents:\n  a: { command: [a], family: x, ${list} }\n`,
      `roles: { author: { command: [a], family: x, ${list} } }\n`,
    ];
    for (const text of files)
      expect(errorsOf(text).join("\n")).toContain(`\`${host}\` leads to your machine`);
    const own = `agents:\n  a: { command: [a], family: x, ${list} }\n`;
    const mine = parseUserConfig(own, "user.yaml");
    expect(mine).toMatchObject({ kind: "config", agents: { a: { egress: [host] } } });
    expect(mine.kind === "config" && mine.agents["a"]?.from).toBeUndefined();
  }
  const shared = "agents:\n  a: { command: [a], family: x, egress: [a.example:443] }\n";
  expect(parseConfig(shared, "config.yaml")).toMatchObject({
    config: { agents: { a: { from: "project" } } },
  });
});

test("environment variables have names, are not Tutti's, and hold no secret in a committed file", () => {
  expect(errorsOf('recipe:\n  env: { "A B": x }\n')[0]).toContain("`A B` cannot be the name");
  expect(errorsOf("recipe:\n  env: { TUTTI_RUN: x }\n")[0]).toContain(
    "`TUTTI_RUN` is set by Tutti itself",
  );
  const agent = "agents:\n  a: { command: [a], family: x, env: { OPENAI_API_KEY: sk-1 } }\n";
  expect(warningsOf(agent)).toContain(
    "`OPENAI_API_KEY` looks like a secret, and this file is committed.",
  );
  expect(parseUserConfig(agent, "config.yaml")).toMatchObject({ kind: "config", problems: [] });
});

test("YAML slips are reported with their line", () => {
  expect(errorsOf("checks:\n\ttest: x\n")[0]).toMatch(
    /^[12]: This is not valid YAML: .*Indent with spaces\.$/u,
  );
  expect(errorsOf("a: 1\na: 2\n")[0]).toMatch(/^2: .*Keep one of the two keys\.$/u);
  expect(errorsOf("checks: { test: { run: npm test }\n")[0]).toMatch(
    /^\d: This is not valid YAML/u,
  );
});

test("nonsense is refused without an exception", () => {
  for (const text of [
    "[]",
    "42",
    "- a",
    "\u0000",
    "a: &a [*a]",
    "__proto__: { x: 1 }",
    "{".repeat(2000),
  ])
    expect({ text, kind: parseConfig(text, FILE).kind }).toEqual({ text, kind: "invalid" });
});

const user = (text: string): UserConfig => {
  const parsed = parseUserConfig(text, "config.yaml");
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
};

test("agents of the user can be named by a project, and are the ones used where both define one", () => {
  const mine = user(
    "agents:\n  alto: { command: [mine], family: anthropic, egress: [a.example:443] }\n",
  );
  const project = "roles: { author: alto }\nchecks: { test: { run: x } }\n";
  expect(configOf(project, mine).agents["alto"]?.command).toEqual(["mine"]);
  expect(configOf(VALID, mine).agents["alto"]?.command).toEqual(["mine"]);
  expect(parseConfig(VALID, FILE, { user: mine }).problems).toMatchObject([
    { level: "warning", line: 2 },
  ]);
});

test("a repository's word goes before the user's, and a user's before a default", () => {
  const mine = user(
    "agents: { alto: { command: [a], family: x }, bass: { command: [b], family: y } }\nroles: { author: bass, reviewer: [alto] }\nworkflow: quick\nlimits: { turnMinutes: 120 }\nmerge: { to: target }\n",
  );
  expect(configOf("", mine)).toMatchObject({
    roles: { author: "bass", reviewer: ["alto"] },
    workflow: "quick",
    limits: { turnMinutes: 120, silenceMinutes: 15 },
    merge: { to: "target" },
  });
  expect(
    configOf(
      "roles: { author: alto, reviewer: [bass] }\nworkflow: fix-bug\nmerge: { to: branch }\n",
      mine,
    ),
  ).toMatchObject({
    roles: { author: "alto", reviewer: ["bass"] },
    workflow: "fix-bug",
    merge: { to: "branch" },
  });
});

test("a repository tightens a user's rules and never loosens them", () => {
  const mine = user(
    "limits: { turnMinutes: 30 }\nsandbox: { workspaceMiB: 1000, read: [/opt/go] }\nreview: { minForeignFamilies: 2, whenUnavailable: block }\nmerge: { to: branch }\nprotected: [infra/**]\n",
  );
  const loose =
    "limits: { turnMinutes: 600 }\nsandbox: { workspaceMiB: 9000, read: [/opt/node] }\nreview: { minForeignFamilies: 1, whenUnavailable: ask }\nmerge: { to: target }\nprotected: [deploy/**]\n";
  expect(configOf(loose, mine)).toMatchObject({
    limits: { turnMinutes: 30 },
    sandbox: { workspaceMiB: 1000, tmpMiB: 512, read: ["/opt/go", "/opt/node"] },
    review: { minForeignFamilies: 2, whenUnavailable: "block" },
    merge: { to: "branch" },
    protected: ["infra/**", "deploy/**"],
  });
  const tight = "limits: { turnMinutes: 5 }\nreview: { minForeignFamilies: 3 }\n";
  expect(configOf(tight, mine)).toMatchObject({
    limits: { turnMinutes: 5 },
    review: { minForeignFamilies: 3 },
  });
});

test("checks belong to the repository, not to the user's file", () => {
  expect(parseUserConfig("checks: { test: { run: x } }\n", "config.yaml")).toMatchObject({
    kind: "invalid",
    problems: [{ line: 1 }],
  });
});
