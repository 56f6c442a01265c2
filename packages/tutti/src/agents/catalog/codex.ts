import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";
import { toml } from "./text.ts";

const TOKEN_VARIABLE = "TUTTI_MODEL_TOKEN";

/**
 * How often it tries again is left to Codex: the gateway passes 429, 503 and 529 on and holds back only
 * what comes after them, so that each further try waits there as long as the provider said.
 */
const gateway = (url: string): string =>
  [
    "\n[model_providers.tutti]\n",
    toml("name", "tutti"),
    toml("base_url", `${url}/v1`),
    toml("env_key", TOKEN_VARIABLE),
    toml("wire_api", "responses"),
    toml("requires_openai_auth", false),
    toml("supports_websockets", false),
  ].join("");

const config = ({ gatewayUrl, model, effort }: LaunchInput): string =>
  [
    model === null ? "" : toml("model", model),
    effort === null ? "" : toml("model_reasoning_effort", effort),
    gatewayUrl === null ? "" : toml("model_provider", "tutti"),
    toml("check_for_update_on_startup", false),
    "\n[analytics]\n",
    toml("enabled", false),
    "\n[feedback]\n",
    toml("enabled", false),
    gatewayUrl === null ? "" : gateway(gatewayUrl),
  ].join("");

const launch = (input: LaunchInput): LaunchPlan => ({
  args: [],
  env: input.gatewayUrl === null ? {} : { [TOKEN_VARIABLE]: input.token },
  homeFiles: { ".codex/config.toml": config(input) },
});

export const codex: CatalogEntry = {
  id: "codex",
  title: "Codex",
  family: "openai",
  provider: "openai",
  dialect: "openai-responses",
  distribution: {
    kind: "npm",
    package: "@agentclientprotocol/codex-acp@2.6.0",
    program: "codex-acp",
    args: [],
    needs: [],
  },
  node: "20.0",
  model: null,
  quirks: {
    mode: "agent-full-access",
    asks: "never",
    load: { kind: "after", ageMs: 0 },
    canResume: true,
    mcp: "stdio",
    privateMethods: { requests: [], notifications: ["_auth/status_update"] },
    modelOption: null,
    effortOption: null,
    notes: [
      "Its other modes cannot run a command inside the fence, and one lets a model approve: here it never asks, so the fence, the allowed hosts and the step's gate decide what it may do.",
      "It tries to reach github.com and chatgpt.com at its start; the fence refuses and it goes on.",
      "A turn may end as if all were well although the provider refused the request.",
    ],
  },
  // The package puts no `codex` on the PATH; `cli` hands on to the one that it brings along.
  signIn: "codex-acp cli login",
  credentialFiles: [".codex/auth.json"],
  launch,
};
