/** Sessions of a run: of its turns, and of what Tutti ran itself. */
import type { RunDocument, SessionView } from "@tutti/protocol";
import type { Engine } from "../engine/api.ts";
import { heardIn, turnViews, whoIs } from "./fleet-view.ts";

type Place = {
  readonly engine: Pick<Engine, "transcript" | "sessions">;
  readonly document: RunDocument;
  readonly now: number;
};

/** In the order of their first entry; turns that have said nothing yet are last. */
export function sessionViews({ engine, document, now }: Place): readonly SessionView[] {
  const turns = new Map(turnViews(engine, document, now).map((turn) => [turn.session, turn]));
  const names = [...new Set([...engine.sessions(document.id), ...turns.keys()])];
  return names.map((name) => turns.get(name) ?? endedView({ engine, document }, name));
}

function endedView(
  { engine, document }: Pick<Place, "engine" | "document">,
  session: string,
): SessionView {
  const { step, attempt, agent } = partsOf(document, session);
  const who = agent === null ? { agent, family: null, model: null } : whoIs(document, agent);
  return { session, step, attempt, ...who, state: "ended", ...heardIn(engine, session) };
}

/** `RUN/STEP/ATTEMPT`, `RUN/STEP/AGENT/ROUND.ATTEMPT`, or `RUN/` and what is no turn. */
function partsOf({ id, steps, policy }: RunDocument, session: string) {
  const [name = "", ...rest] = session.slice(id.length + 1).split("/");
  const step = steps[name];
  if (step === undefined) return { step: null, attempt: null, agent: null };
  const [first = "", second] = rest;
  const isReviewers = second !== undefined && Object.hasOwn(policy.config.agents, first);
  const round = isReviewers ? second : first;
  const attempt = step.attempts.find(({ number }) => number === Number(round.split(".")[0]));
  return {
    step: step.key,
    attempt: attempt?.number ?? null,
    agent: isReviewers ? first : (attempt?.agent ?? null),
  };
}
