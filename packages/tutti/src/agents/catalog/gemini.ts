import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";
import { json } from "./text.ts";

/**
 * A session that is loaded in the wall-clock minute of its making is erased
 * (github.com/google-gemini/gemini-cli/issues/28775).
 */
const LOAD_AGE_MS = 62_000;

const settings = ({ gatewayUrl, model }: LaunchInput): unknown => ({
  security: {
    auth: { selectedType: gatewayUrl === null ? "oauth-personal" : "gemini-api-key" },
    folderTrust: { enabled: false },
  },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: {
    disableAutoUpdate: true,
    disableUpdateNag: true,
    enableAutoUpdate: false,
    enableAutoUpdateNotification: false,
  },
  ...(model === null ? {} : { model: { name: model } }),
});

const launch = (input: LaunchInput): LaunchPlan => ({
  args: input.model === null ? [] : ["-m", input.model],
  env: {
    ...(input.gatewayUrl === null
      ? {}
      : { GOOGLE_GEMINI_BASE_URL: input.gatewayUrl, GEMINI_API_KEY: input.token }),
    GEMINI_TELEMETRY_ENABLED: "false",
    NO_BROWSER: "1",
  },
  homeFiles: { ".gemini/settings.json": json(settings(input)) },
});

export const gemini: CatalogEntry = {
  id: "gemini",
  title: "Gemini CLI",
  family: "google",
  provider: "google",
  dialect: "google",
  distribution: {
    kind: "npm",
    package: "@google/gemini-cli@0.61.0",
    program: "gemini",
    args: ["--acp"],
    needs: [],
  },
  node: "20.0",
  model: null,
  quirks: {
    mode: null,
    asks: "write-and-shell",
    load: { kind: "after", ageMs: LOAD_AGE_MS },
    canResume: false,
    mcp: "stdio",
    privateMethods: { requests: [], notifications: [] },
    modelOption: null,
    effortOption: null,
    notes: [
      "A session cannot be loaded in the minute of its making: after a crash in that minute the work goes on in a new session.",
      "It has no setting for effort, and reports no usage by itself; the gateway's figures hold.",
      "A write outside the work tree is refused by its own tool, without a question.",
    ],
  },
  signIn: "gemini",
  credentialFiles: [".gemini/oauth_creds.json", ".gemini/google_accounts.json"],
  launch,
};
