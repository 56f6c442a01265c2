import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";
import { json } from "./text.ts";

const DEFAULT_MODEL = "qwen3-coder-plus";

const SETTINGS = {
  security: { auth: { selectedType: "openai" }, folderTrust: { enabled: false } },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { disableAutoUpdate: true, disableUpdateNag: true, enableAutoUpdate: false },
};

const launch = ({ gatewayUrl, token, model }: LaunchInput): LaunchPlan => ({
  args: [],
  env: {
    ...(gatewayUrl === null ? {} : { OPENAI_BASE_URL: `${gatewayUrl}/v1`, OPENAI_API_KEY: token }),
    OPENAI_MODEL: model ?? DEFAULT_MODEL,
  },
  homeFiles: { ".qwen/settings.json": json(SETTINGS) },
});

export const qwenCode: CatalogEntry = {
  id: "qwen-code",
  title: "Qwen Code",
  family: "qwen",
  provider: null,
  dialect: "openai-chat",
  distribution: {
    kind: "npm",
    package: "@qwen-code/qwen-code@0.24.4",
    program: "qwen",
    args: ["--acp"],
    needs: [],
  },
  node: "22.0",
  model: DEFAULT_MODEL,
  quirks: {
    mode: null,
    asks: "shell",
    load: { kind: "after", ageMs: 0 },
    canResume: true,
    mcp: "ignored",
    privateMethods: { requests: ["craft/drainMidTurnQueue"], notifications: [] },
    modelOption: null,
    effortOption: null,
    notes: ["Its mode asks before shell commands and edits files without a question."],
  },
  // Its vendor ended the login in April 2026; the file that it left is good for nothing.
  signIn: null,
  credentialFiles: [],
  launch,
};
