/** Sessions of a run: of its turns, and of what Tutti ran itself. */
import type { RunDocument, SessionView } from "@tutti/protocol";
import { familyOf } from "../domain/roles.ts";
import type { Engine } from "../engine/api.ts";
import { LAST_ENTRIES, lastLine, rowsOf } from "./fleet-view.ts";

type Place = {
  readonly engine: Pick<Engine, "transcript" | "sessions" | "usage">;
  readonly document: RunDocument;
  readonly now: number;
};

/** In the order of their first entry; turns that have said nothing yet are last. */
export function sessionViews({ engine, document, now }: Place): readonly SessionView[] {
  const turns = new Map(rowsOf(engine, document, now).map((row) => [row.session, row]));
  const names = [...new Set([...engine.sessions(document.id), ...turns.keys()])];
  return names.map((name) => {
    const row = turns.get(name);
    return row === undefined ? endedView({ engine, document, now }, name) : viewOfTurn(row);
  });
}

const viewOfTurn = ({
  session,
  step,
  attempt,
  agent,
  family,
  model,
  state,
  startedAt,
  lastAt,
  total,
  last,
}: ReturnType<typeof rowsOf>[number]): SessionView => ({
  session,
  step,
  attempt,
  agent,
  family,
  model,
  state,
  startedAt,
  lastAt,
  total,
  last,
});

function endedView({ engine, document }: Place, session: string): SessionView {
  const { step, attempt, agent } = partsOf(document, session);
  const { total, entries } = engine.transcript(session, -LAST_ENTRIES, LAST_ENTRIES);
  return {
    session,
    step,
    attempt,
    agent,
    family: agent === null ? null : familyOf(document, agent),
    model: agent === null ? null : (document.policy.config.agents[agent]?.model ?? null),
    state: "ended",
    startedAt: engine.transcript(session, 0, 1).entries[0]?.at ?? null,
    lastAt: entries.at(-1)?.at ?? null,
    total,
    last: lastLine(entries),
  };
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
