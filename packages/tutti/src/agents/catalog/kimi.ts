import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";
import { toml } from "./text.ts";

const DEFAULT_MODEL = "k3";
const CONTEXT_TOKENS = 262_144;

const gateway = (url: string, { token, model }: LaunchInput): string =>
  [
    "\n[providers.tutti]\n",
    toml("type", "openai"),
    toml("base_url", `${url}/v1`),
    toml("api_key", token),
    "\n[models.tutti]\n",
    toml("provider", "tutti"),
    toml("model", model ?? DEFAULT_MODEL),
    toml("max_context_size", CONTEXT_TOKENS),
  ].join("");

const config = (input: LaunchInput): string =>
  [
    input.gatewayUrl === null ? "" : toml("default_model", "tutti"),
    toml("telemetry", false),
    input.effort === null
      ? ""
      : `\n[thinking]\n${toml("enabled", true)}${toml("effort", input.effort)}`,
    input.gatewayUrl === null ? "" : gateway(input.gatewayUrl, input),
  ].join("");

const launch = (input: LaunchInput): LaunchPlan => ({
  args: [],
  env: {},
  homeFiles: { ".kimi-code/config.toml": config(input) },
});

export const kimi: CatalogEntry = {
  id: "kimi",
  title: "Kimi Code",
  family: "moonshot",
  provider: null,
  dialect: "openai-chat",
  distribution: {
    kind: "npm",
    package: "@moonshot-ai/kimi-code@2.1.0",
    program: "kimi",
    args: ["acp"],
    needs: [],
  },
  node: "22.19",
  model: DEFAULT_MODEL,
  quirks: {
    mode: null,
    asks: "shell",
    load: { kind: "after", ageMs: 0 },
    canResume: true,
    mcp: "stdio",
    privateMethods: { requests: [], notifications: [] },
    modelOption: null,
    effortOption: null,
    notes: [
      "It asks before shell commands and edits files without a question.",
      "A request that the provider refused ends its turn as if all were well, and says nothing.",
    ],
  },
  // `kimi login` makes a provider in the config.toml that is written for each session here, too.
  signIn: null,
  credentialFiles: [],
  launch,
};
