/** The agents that Tutti knows, in the order in which they are listed. */
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { copilot } from "./copilot.ts";
import type { CatalogEntry } from "./entry.ts";
import { gemini } from "./gemini.ts";
import { goose } from "./goose.ts";
import { kimi } from "./kimi.ts";
import { opencode } from "./opencode.ts";
import { pi } from "./pi.ts";
import { qwenCode } from "./qwen-code.ts";

export const catalog: readonly CatalogEntry[] = [
  claudeCode,
  codex,
  gemini,
  opencode,
  qwenCode,
  copilot,
  kimi,
  pi,
  goose,
];

export const catalogEntry = (id: string): CatalogEntry | undefined =>
  catalog.find((entry) => entry.id === id);
