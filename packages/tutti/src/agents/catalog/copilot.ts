import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";

const DEFAULT_MODEL = "gpt-6.1-sol";

const models = ({ gatewayUrl, token, model }: LaunchInput): LaunchPlan["env"] => {
  if (gatewayUrl === null) return model === null ? {} : { COPILOT_MODEL: model };
  return {
    COPILOT_PROVIDER_BASE_URL: `${gatewayUrl}/v1`,
    COPILOT_PROVIDER_TYPE: "openai",
    COPILOT_PROVIDER_WIRE_API: "completions",
    COPILOT_PROVIDER_API_KEY: token,
    COPILOT_MODEL: model ?? DEFAULT_MODEL,
    // No sign-in, no telemetry, nothing but the provider.
    COPILOT_OFFLINE: "true",
  };
};

const launch = (input: LaunchInput): LaunchPlan => ({
  args: input.effort === null ? [] : ["--reasoning-effort", input.effort],
  env: { ...models(input), COPILOT_AUTO_UPDATE: "false" },
  homeFiles: {},
});

export const copilot: CatalogEntry = {
  id: "copilot",
  title: "GitHub Copilot CLI",
  family: "openai",
  provider: "openai",
  dialect: "openai-chat",
  distribution: {
    kind: "npm",
    package: "@github/copilot@1.0.102",
    program: "copilot",
    args: ["--acp", "--no-auto-update"],
    needs: [],
  },
  node: "22.0",
  model: DEFAULT_MODEL,
  quirks: {
    mode: null,
    asks: "write-and-shell",
    load: { kind: "after", ageMs: 0 },
    canResume: false,
    mcp: "http-only",
    privateMethods: { requests: [], notifications: [] },
    modelOption: null,
    effortOption: null,
    notes: [
      "It unpacks about 235 MB into the home of each session.",
      "`copilot login` keeps its login in a keyring where there is one, and Tutti then finds no file.",
      "A refused request for permission, and a request that the provider refused, end its turn as if all were well.",
    ],
  },
  signIn: "copilot login",
  credentialFiles: [".copilot/config.json"],
  loginSettings: [".copilot/config.json"],
  launch,
};
