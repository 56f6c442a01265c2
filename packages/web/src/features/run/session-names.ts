/** What the sessions of a run are called in a list of them: no two alike. */
import type { SessionView } from "@tutti/protocol";

type Session = Pick<SessionView, "session" | "step" | "attempt" | "agent">;

const nameOf = ({ session, step, attempt, agent }: Session): string => {
  // What Tutti ran itself: set-up, checks.
  if (step === null || agent === null) return session.split("/").slice(1).join(" · ");
  return attempt === null ? `${step} · ${agent}` : `${step} · attempt ${attempt} · ${agent}`;
};

/** By session. Those of one agent in one attempt, such as rounds of a review, are counted. */
export function sessionNames(sessions: readonly Session[]): ReadonlyMap<string, string> {
  const alike = Map.groupBy(sessions, (session) => nameOf(session));
  return new Map(
    sessions.map((session) => {
      const name = nameOf(session);
      const others = alike.get(name) ?? [];
      const number = others.indexOf(session) + 1;
      return [session.session, others.length === 1 ? name : `${name} · session ${number}`];
    }),
  );
}
