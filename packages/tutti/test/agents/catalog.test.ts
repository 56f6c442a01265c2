import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalog, catalogEntry } from "../../src/agents/catalog/catalog.ts";
import type { CatalogEntry, LaunchInput } from "../../src/agents/catalog/entry.ts";
import { installCommand } from "../../src/agents/catalog/installed.ts";

const URL_INSIDE = "http://127.0.0.1:8484";
const TOKEN = "tutti-token-1";

const INPUT: LaunchInput = {
  gatewayUrl: URL_INSIDE,
  token: TOKEN,
  model: "model-1",
  effort: "high",
  home: "/home/agent",
};

const launched = (id: string, change: Partial<LaunchInput> = {}) => {
  const entry = catalogEntry(id);
  if (entry === undefined) throw new Error(`no entry ${id}`);
  return entry.launch({ ...INPUT, ...change });
};

const everything = (entry: CatalogEntry, change: Partial<LaunchInput> = {}): string =>
  JSON.stringify(entry.launch({ ...INPUT, ...change }));

test("the nine agents are there, each under an id of its own", () => {
  expect(catalog.map(({ id }) => id)).toEqual([
    "claude-code",
    "codex",
    "gemini",
    "opencode",
    "qwen-code",
    "copilot",
    "kimi",
    "pi",
    "goose",
  ]);
  expect(catalogEntry("claude")).toBeUndefined();
});

test("each is installed by one command with exact versions", () => {
  expect(Object.fromEntries(catalog.map((entry) => [entry.id, installCommand(entry)]))).toEqual({
    "claude-code": "npm install -g @agentclientprotocol/claude-agent-acp@0.100.0",
    codex: "npm install -g @agentclientprotocol/codex-acp@2.6.0",
    gemini: "npm install -g @google/gemini-cli@0.61.0",
    opencode: "npm install -g opencode-ai@1.18.33",
    "qwen-code": "npm install -g @qwen-code/qwen-code@0.24.4",
    copilot: "npm install -g @github/copilot@1.0.102",
    kimi: "npm install -g @moonshot-ai/kimi-code@2.1.0",
    pi: "npm install -g pi-acp@0.0.34 @earendil-works/pi-coding-agent@0.87.1",
    goose:
      "curl -fsSL https://github.com/block/goose/releases/download/stable/download_cli.sh | CONFIGURE=false bash",
  });
});

test("the pages say how each is installed", () => {
  const folder = join(import.meta.dirname, "../../../../docs/agents");
  const pages = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  for (const entry of catalog) {
    expect(pages.join("\n")).toContain(`    ${installCommand(entry)}\n`);
    expect(pages.join("\n")).toContain(`| [\`${entry.id}\`](`);
  }
});

describe.each(catalog.map((entry) => [entry.id, entry] as const))("%s", (_id, entry) => {
  test("is pointed at the gateway and shown the token and the model", () => {
    const plan = everything(entry);
    expect(plan).toContain(URL_INSIDE);
    expect(plan).toContain(TOKEN);
    expect(plan).toContain("model-1");
  });

  test("keeps its own login when it has one: no base URL, no token", () => {
    const plan = everything(entry, { gatewayUrl: null });
    expect(plan).not.toContain("127.0.0.1");
    expect(plan).not.toContain(TOKEN);
  });

  test("writes no file over its login", () => {
    const { homeFiles } = entry.launch({ ...INPUT, gatewayUrl: null });
    for (const file of entry.credentialFiles) expect(homeFiles).not.toHaveProperty([file]);
    for (const file of Object.keys(homeFiles)) expect(file).not.toMatch(/^\/|\.\./u);
  });

  test("needs neither model nor effort", () => {
    const plan = entry.launch({ ...INPUT, model: entry.model, effort: null });
    expect(JSON.stringify(plan)).not.toMatch(/null|undefined/u);
  });
});

test("Claude Code", () => {
  expect(launched("claude-code")).toEqual({
    args: [],
    env: {
      ANTHROPIC_BASE_URL: URL_INSIDE,
      ANTHROPIC_API_KEY: TOKEN,
      ANTHROPIC_MODEL: "model-1",
      CLAUDE_CODE_EFFORT_LEVEL: "high",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_ERROR_REPORTING: "1",
      DISABLE_TELEMETRY: "1",
      ENABLE_TOOL_SEARCH: "false",
      IS_SANDBOX: "1",
    },
    homeFiles: { ".claude.json": '{\n  "hasCompletedOnboarding": true\n}\n' },
  });
});

test("Codex is told of the gateway by its configuration, and of the token by a variable", () => {
  const { env, homeFiles, args } = launched("codex", { model: 'odd "name"' });
  expect({ args, env }).toEqual({ args: [], env: { TUTTI_MODEL_TOKEN: TOKEN } });
  expect(homeFiles[".codex/config.toml"]).toBe(`model = "odd \\"name\\""
model_reasoning_effort = "high"
model_provider = "tutti"
check_for_update_on_startup = false

[analytics]
enabled = false

[feedback]
enabled = false

[model_providers.tutti]
name = "tutti"
base_url = "http://127.0.0.1:8484/v1"
env_key = "TUTTI_MODEL_TOKEN"
wire_api = "responses"
requires_openai_auth = false
supports_websockets = false
`);
  expect(catalogEntry("codex")?.quirks).toMatchObject({ mode: "agent-full-access", asks: "never" });
});

test("Gemini CLI: by key through the gateway, by its own login without", () => {
  const { env, homeFiles, args } = launched("gemini");
  expect({ args, env }).toEqual({
    args: ["-m", "model-1"],
    env: {
      GOOGLE_GEMINI_BASE_URL: URL_INSIDE,
      GEMINI_API_KEY: TOKEN,
      GEMINI_TELEMETRY_ENABLED: "false",
      NO_BROWSER: "1",
    },
  });
  expect(settingsOf(homeFiles, ".gemini/settings.json")).toEqual({
    security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
    general: {
      disableAutoUpdate: true,
      disableUpdateNag: true,
      enableAutoUpdate: false,
      enableAutoUpdateNotification: false,
    },
    model: { name: "model-1" },
  });
  const own = launched("gemini", { gatewayUrl: null, model: null });
  expect(own.args).toEqual([]);
  expect(settingsOf(own.homeFiles, ".gemini/settings.json")).toMatchObject({
    security: { auth: { selectedType: "oauth-personal" } },
  });
  expect(catalogEntry("gemini")?.quirks.load).toEqual({ kind: "after", ageMs: 62_000 });
});

test("OpenCode gets a provider of its own kind, asks, and phones nobody", () => {
  const { env, homeFiles } = launched("opencode");
  expect(env).toEqual({
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
  });
  expect(settingsOf(homeFiles, ".config/opencode/opencode.json")).toEqual({
    share: "disabled",
    autoupdate: false,
    permission: { edit: "ask", bash: "ask" },
    enabled_providers: ["tutti"],
    model: "tutti/model-1",
    small_model: "tutti/model-1",
    provider: {
      tutti: {
        npm: "@ai-sdk/openai-compatible",
        name: "tutti",
        options: { baseURL: `${URL_INSIDE}/v1`, apiKey: TOKEN },
        models: { "model-1": {} },
      },
    },
  });
});

test("Qwen Code", () => {
  const { env, homeFiles } = launched("qwen-code");
  expect(env).toEqual({
    OPENAI_BASE_URL: `${URL_INSIDE}/v1`,
    OPENAI_API_KEY: TOKEN,
    OPENAI_MODEL: "model-1",
  });
  expect(settingsOf(homeFiles, ".qwen/settings.json")).toMatchObject({
    security: { auth: { selectedType: "openai" }, folderTrust: { enabled: false } },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  });
});

test("Copilot CLI is offline but for its provider", () => {
  expect(launched("copilot")).toEqual({
    args: ["--reasoning-effort", "high"],
    env: {
      COPILOT_PROVIDER_BASE_URL: `${URL_INSIDE}/v1`,
      COPILOT_PROVIDER_TYPE: "openai",
      COPILOT_PROVIDER_WIRE_API: "completions",
      COPILOT_PROVIDER_API_KEY: TOKEN,
      COPILOT_MODEL: "model-1",
      COPILOT_OFFLINE: "true",
      COPILOT_AUTO_UPDATE: "false",
    },
    homeFiles: {},
  });
  expect(launched("copilot", { gatewayUrl: null }).env).not.toHaveProperty("COPILOT_OFFLINE");
});

test("Kimi Code", () => {
  expect(launched("kimi").homeFiles[".kimi-code/config.toml"]).toBe(`default_model = "tutti"
telemetry = false

[thinking]
enabled = true
effort = "high"

[providers.tutti]
type = "openai"
base_url = "http://127.0.0.1:8484/v1"
api_key = "${TOKEN}"

[models.tutti]
provider = "tutti"
model = "model-1"
max_context_size = 262144
`);
});

test("pi", () => {
  const { env, homeFiles } = launched("pi");
  expect(env).toEqual({ PI_OFFLINE: "1", PI_SKIP_VERSION_CHECK: "1", PI_TELEMETRY: "0" });
  expect(settingsOf(homeFiles, ".pi/agent/settings.json")).toEqual({
    defaultProvider: "tutti",
    defaultModel: "model-1",
    defaultThinkingLevel: "high",
    enableInstallTelemetry: false,
  });
  expect(settingsOf(homeFiles, ".pi/agent/models.json")).toEqual({
    providers: {
      tutti: {
        baseUrl: `${URL_INSIDE}/v1`,
        api: "openai-completions",
        apiKey: TOKEN,
        models: [{ id: "model-1" }],
      },
    },
  });
});

test("goose", () => {
  expect(launched("goose")).toEqual({
    args: [],
    env: {
      GOOSE_PROVIDER: "openai",
      OPENAI_HOST: URL_INSIDE,
      OPENAI_BASE_PATH: "v1/chat/completions",
      OPENAI_API_KEY: TOKEN,
      GOOSE_MODEL: "model-1",
      GOOSE_MODE: "approve",
      GOOSE_TELEMETRY_ENABLED: "false",
      GOOSE_DISABLE_KEYRING: "1",
    },
    homeFiles: {},
  });
});

function settingsOf(homeFiles: Readonly<Record<string, string>>, path: string): unknown {
  return JSON.parse(homeFiles[path] ?? "null");
}
