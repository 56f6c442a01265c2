import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";
import { json } from "./text.ts";

const DEFAULT_MODEL = "gpt-6.1-sol";

const models = (url: string, { token, model }: LaunchInput): unknown => ({
  providers: {
    tutti: {
      baseUrl: `${url}/v1`,
      api: "openai-completions",
      apiKey: token,
      models: [{ id: model ?? DEFAULT_MODEL }],
    },
  },
});

const settings = ({ gatewayUrl, model, effort }: LaunchInput): unknown => ({
  ...(gatewayUrl === null ? {} : { defaultProvider: "tutti" }),
  ...(gatewayUrl === null && model === null ? {} : { defaultModel: model ?? DEFAULT_MODEL }),
  ...(effort === null ? {} : { defaultThinkingLevel: effort }),
  enableInstallTelemetry: false,
});

const launch = (input: LaunchInput): LaunchPlan => ({
  args: [],
  env: { PI_OFFLINE: "1", PI_SKIP_VERSION_CHECK: "1", PI_TELEMETRY: "0" },
  homeFiles: {
    ".pi/agent/settings.json": json(settings(input)),
    ...(input.gatewayUrl === null
      ? {}
      : { ".pi/agent/models.json": json(models(input.gatewayUrl, input)) }),
  },
});

export const pi: CatalogEntry = {
  id: "pi",
  title: "pi",
  family: "openai",
  provider: "openai",
  dialect: "openai-chat",
  distribution: {
    kind: "npm",
    package: "pi-acp@0.0.34",
    program: "pi-acp",
    args: [],
    needs: [{ package: "@earendil-works/pi-coding-agent@0.87.1", program: "pi" }],
  },
  node: "22.19",
  model: DEFAULT_MODEL,
  quirks: {
    mode: null,
    asks: "never",
    load: { kind: "after", ageMs: 0 },
    canResume: false,
    mcp: "ignored",
    privateMethods: { requests: [], notifications: [] },
    modelOption: null,
    effortOption: null,
    notes: [
      "It never asks: the fence, the allowed hosts and the step's gate decide what it may do.",
      "With a pi older than 0.87 its adapter waits for ever at the start of a session.",
    ],
  },
  signIn: "pi",
  credentialFiles: [".pi/agent/auth.json"],
  launch,
};
