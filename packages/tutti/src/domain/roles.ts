/** Roles → agents of the run's configuration. */
import type { AgentStep, Role, RunDocument } from "@tutti/protocol";

/** Null: the role has no agent. A planner defaults to the author. */
const agentForRole = (state: Pick<RunDocument, "policy">, role: Role): string | null => {
  const { roles } = state.policy.config;
  if (role === "planner") return roles.planner ?? roles.author ?? null;
  if (role === "author") return roles.author ?? null;
  return roles.reviewer[0] ?? null;
};

export const agentForStep = (state: Pick<RunDocument, "policy">, step: AgentStep): string | null =>
  step.agent ?? agentForRole(state, step.role);

/** The declared family of an agent; `unknown` counts as the same family as everybody's. */
export const familyOf = (state: Pick<RunDocument, "policy">, agent: string): string =>
  state.policy.config.agents[agent]?.family ?? "unknown";
