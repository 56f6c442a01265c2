/** What a session is opened with, and whether it goes on with one that an earlier attempt left. */
import type { AgentConfig, Attempt } from "@tutti/protocol";
import { inputsOf, sameInputs } from "../../domain/inputs.ts";
import { serversOf } from "../../domain/mcp.ts";
import { stepState } from "../../domain/steps.ts";
import type { EarlierSession, SessionSpec } from "../ports/agents.ts";
import type { Place } from "../ports/place.ts";
import { sessionName, type Work } from "./context.ts";
import { grantOf } from "./models.ts";
import type { SessionJob } from "./session.ts";

const MS_PER_MINUTE = 60_000;

/** Entries at the begin of a transcript among which the opening of its session lies. */
const OPENING_ENTRIES_MAX = 20;

type Turn = Work<"agent.turn"> | Work<"review.turn">;

const environment = (work: Turn, place: Place): Place => ({
  ...place,
  env: {
    ...place.env,
    TUTTI_ARTIFACTS: place.artifacts,
    TUTTI_STEP: work.payload.step,
    TUTTI_ATTEMPT: String(work.payload.attempt),
    TUTTI_RUN: work.state.id,
  },
});

const isAuthors = (work: Turn): work is Work<"agent.turn"> =>
  work.payload.kind === "agent.turn" && work.payload.access === "workspace";

type Opening = EarlierSession & { readonly isContinued: boolean };

const openingOf = (work: Turn, attempt: Attempt): Opening | null => {
  const { deps, payload, state } = work;
  const name = sessionName(state, `${payload.step}/${attempt.number}`);
  const { entries } = deps.store.transcript.read(name, 0, OPENING_ENTRIES_MAX);
  const opened = entries.find((entry) => entry.kind === "opened");
  if (opened === undefined) return null;
  const { session: id, openedAt, isContinued } = opened;
  return { id, openedAt, isContinued };
};

/** Its session has read what the step is made from now, and knows the work tree as it is. */
const isStillTrue = ({ payload, state }: Work<"agent.turn">, before: Attempt): boolean =>
  before.start === payload.start && sameInputs(before.inputs, inputsOf(state, payload.step));

/**
 * The session of the attempt before, when that was cut off: by the daemon's end or by the agent's.
 * Only an author's workspace and home are still there. One that died again after it was gone on with
 * is let be, and so is one that began with another specification, or whose tree a person changed since.
 */
const earlierSession = (work: Turn): EarlierSession | null => {
  if (!isAuthors(work)) return null;
  const { payload, state } = work;
  const { attempts } = stepState(state, payload.step);
  const before = attempts.findLast(({ number }) => number < payload.attempt);
  if (before === undefined || before.agent !== payload.agent) return null;
  if (before.outcome !== "interrupted" && before.outcome !== "agent.died") return null;
  if (!isStillTrue(work, before)) return null;
  const opening = openingOf(work, before);
  if (opening === null || (before.outcome === "agent.died" && opening.isContinued)) return null;
  return { id: opening.id, openedAt: opening.openedAt };
};

export const sessionSpec = (
  work: Turn,
  agent: AgentConfig,
  { job, turnMs }: { readonly job: SessionJob; readonly turnMs: number },
): SessionSpec => {
  const { effect, payload, state } = work;
  const { limits } = state.policy.config;
  return {
    name: payload.agent,
    agent,
    place: environment(work, job.place),
    owner: effect.id,
    limits: { turnMs, silenceMs: limits.silenceMinutes * MS_PER_MINUTE },
    models: grantOf(work),
    produces: job.produces,
    egressAnswers: work.egressAnswers,
    mcp: serversOf(state.policy),
    earlier: earlierSession(work),
  };
};
