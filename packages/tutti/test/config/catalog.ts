/** Agents as the catalogue describes them. */
import type { CatalogAgent } from "../../src/config/catalog.ts";

export const CATALOG: readonly CatalogAgent[] = [
  {
    id: "claude-code",
    title: "Claude Code",
    family: "anthropic",
    provider: "anthropic",
    command: ["claude-agent-acp"],
    install: "npm install -g @agentclientprotocol/claude-agent-acp@0.60.0",
    model: null,
    mode: null,
    signIn: "claude-agent-acp --cli auth login",
    printToken: "claude-agent-acp --cli setup-token",
  },
  {
    id: "gemini",
    title: "Gemini CLI",
    family: "google",
    provider: "google",
    command: ["gemini", "--acp"],
    install: "npm install -g @google/gemini-cli@0.40.0",
    model: "gemini-2.5-pro",
    mode: null,
    signIn: "gemini",
  },
  {
    id: "qwen-code",
    title: "Qwen Code",
    family: "qwen",
    provider: null,
    command: ["qwen", "--acp"],
    install: "npm install -g @qwen-code/qwen-code@0.1.0",
    model: null,
    mode: null,
    signIn: null,
  },
];
