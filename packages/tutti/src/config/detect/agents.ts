/** Agents that speak ACP and may be installed: how each is started, and whom it talks to. */
import { join } from "node:path";
import type { MachineReader } from "./readers.ts";

export type KnownAgent = {
  readonly name: string;
  readonly command: readonly string[];
  readonly family: string;
  readonly egress: readonly string[];
};

const KNOWN: readonly KnownAgent[] = [
  {
    name: "claude",
    command: ["claude-agent-acp"],
    family: "anthropic",
    egress: ["api.anthropic.com:443"],
  },
  { name: "codex", command: ["codex-acp"], family: "openai", egress: ["api.openai.com:443"] },
  {
    name: "gemini",
    command: ["gemini", "--acp"],
    family: "google",
    egress: ["generativelanguage.googleapis.com:443"],
  },
  {
    name: "qwen",
    command: ["qwen", "--acp"],
    family: "qwen",
    egress: ["dashscope.aliyuncs.com:443"],
  },
  { name: "kimi", command: ["kimi", "acp"], family: "moonshot", egress: ["api.moonshot.ai:443"] },
];

/** Those whose program is on the PATH. Nothing is started. */
export const findAgents = async (machine: MachineReader): Promise<readonly KnownAgent[]> => {
  const found: KnownAgent[] = [];
  for (const agent of KNOWN) if (await isThere(agent.command[0] ?? "", machine)) found.push(agent);
  return found;
};

const isThere = async (program: string, machine: MachineReader): Promise<boolean> => {
  for (const folder of machine.path)
    if ((await machine.executable(join(folder, program))) !== null) return true;
  return false;
};
