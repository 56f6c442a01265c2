/** Whether an agent can work, in a word. */
import type { AgentView } from "@tutti/protocol";

type Readiness = { readonly kind: "ready" | "lacking" | "absent"; readonly word: string };

const LACKS: Partial<Record<AgentView["access"], string>> = {
  "no-key": "no key",
  "no-login": "not signed in",
  "no-provider": "no provider",
};

export function readiness({ isReady, installed, access, hidden, oldNode }: AgentView): Readiness {
  if (isReady) return { kind: "ready", word: "ready" };
  if (!installed) return { kind: "absent", word: "not installed" };
  const lack = LACKS[access];
  if (lack !== undefined) return { kind: "lacking", word: lack };
  if (hidden.length > 0) return { kind: "lacking", word: "not shown inside" };
  return { kind: "lacking", word: oldNode === undefined ? "not ready" : "Node too old" };
}

const RANKS: Record<Readiness["kind"], number> = { ready: 0, lacking: 1, absent: 2 };

/** Those that can work first; the others as they were. */
export const byReadiness = (agents: readonly AgentView[]): readonly AgentView[] =>
  agents.toSorted((left, right) => RANKS[readiness(left).kind] - RANKS[readiness(right).kind]);
