/** Who should do what, with the agents that work here: who judges is of another family than who writes. */
import type { AgentView } from "@tutti/protocol";
import { hasAccess } from "./survey.ts";

export type Proposal = {
  /** Null: no agent works here. */
  readonly author: AgentView | null;
  /** Null: none of another family works here. */
  readonly reviewer: AgentView | null;
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
};

/** Ready, or so as soon as `sandbox.read` names what it lacks, which the proposed file then does. */
const willWork = ({ isReady, installed, access, hidden }: AgentView): boolean =>
  isReady || (installed && hasAccess(access) && hidden.length > 0);

export const proposeRoles = (agents: readonly AgentView[]): Proposal => {
  const ready = agents.filter(willWork);
  const author = ready.find(({ command }) => command.length > 0) ?? null;
  if (author === null) return { author, reviewer: null, notes: noneNotes(agents) };
  const reviewer = ready.find(({ family }) => family !== author.family) ?? null;
  return { author, reviewer, notes: reviewer === null ? degradedNotes(author, agents) : [] };
};

const degradedNotes = ({ family }: AgentView, agents: readonly AgentView[]): string[] => {
  const others = agents.filter((agent) => agent.family !== family);
  const next = others.find(({ installed }) => installed) ?? others[0];
  return [
    `Reviews will be degraded: only agents of the family ${family} work here, and nobody judges their own work.`,
    ...(next === undefined ? [] : [nextStep(next)]),
  ];
};

const noneNotes = (agents: readonly AgentView[]): string[] => {
  const next = agents.find(({ installed }) => installed) ?? agents[0];
  return next === undefined ? [] : ["No agent works here yet.", nextStep(next)];
};

const nextStep = ({ title, mend }: AgentView): string =>
  `To add ${title}: ${mend ?? "see `tutti agents`"}`;
