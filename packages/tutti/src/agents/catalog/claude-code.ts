import type { CatalogEntry, LaunchInput, LaunchPlan } from "./entry.ts";
import { json } from "./text.ts";

const launch = ({ gatewayUrl, token, model, effort }: LaunchInput): LaunchPlan => ({
  args: [],
  env: {
    ...(gatewayUrl === null ? {} : { ANTHROPIC_BASE_URL: gatewayUrl, ANTHROPIC_API_KEY: token }),
    ...(model === null ? {} : { ANTHROPIC_MODEL: model }),
    ...(effort === null ? {} : { CLAUDE_CODE_EFFORT_LEVEL: effort }),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_TELEMETRY: "1",
    // Otherwise tools of MCP servers hide behind a search tool.
    ENABLE_TOOL_SEARCH: "false",
    // It refuses some of its modes to root unless told that it is fenced.
    IS_SANDBOX: "1",
  },
  homeFiles: { ".claude.json": json({ hasCompletedOnboarding: true }) },
});

export const claudeCode: CatalogEntry = {
  id: "claude-code",
  title: "Claude Code",
  family: "anthropic",
  provider: "anthropic",
  dialect: "anthropic",
  distribution: {
    kind: "npm",
    package: "@agentclientprotocol/claude-agent-acp@0.100.0",
    program: "claude-agent-acp",
    args: [],
    needs: [],
  },
  node: "22.0",
  model: null,
  quirks: {
    mode: null,
    asks: "write-and-shell",
    load: { kind: "after", ageMs: 0 },
    canResume: true,
    mcp: "stdio",
    privateMethods: { requests: [], notifications: ["_auth/status_update"] },
    modelOption: null,
    effortOption: "effort",
    notes: [
      "The cost that it reports is a list price of its own; the gateway's figures hold.",
      "The package brings Claude Code along; a `claude` that is installed already is not used.",
    ],
  },
  // The package puts no `claude` on the PATH; `--cli` hands on to the one that it brings along.
  signIn: "claude-agent-acp --cli auth login",
  credentialFiles: [".claude/.credentials.json"],
  printToken: "claude-agent-acp --cli setup-token",
  launch,
};
