/** What usage can be grouped by; a list of its own, so that the catalogue of commands loads no schemas. */
import type { UsageGroup } from "@tutti/protocol";

export const USAGE_GROUPS = [
  "step",
  "attempt",
  "agent",
  "family",
  "model",
  "provider",
] as const satisfies readonly UsageGroup[];
