/** Every kind of agent behind one port: programs that speak ACP, and models that are asked directly. */
import type { Agents } from "../engine/ports/agents.ts";

export const allAgents = (kinds: { readonly acp: Agents; readonly api: Agents }): Agents => ({
  open: (spec, options) =>
    (spec.agent.api === undefined ? kinds.acp : kinds.api).open(spec, options),
});
