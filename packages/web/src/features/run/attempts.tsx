/** What came of each attempt of a step: where it began, how it ended, what it took, and its transcripts. */
import type { AttemptView, SessionView, StepView } from "@tutti/protocol";
import { Link } from "@tanstack/react-router";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { takenText, tokensText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Ago, durationText, Lasting } from "../../ui/time.tsx";

const COMMIT_CHARACTERS = 7;

type AttemptsProps = {
  readonly run: string;
  readonly step: StepView;
  /** Of the step. */
  readonly sessions: readonly SessionView[];
};

export function Attempts({ run, step, sessions }: AttemptsProps) {
  const { id, history } = step;
  const numbers = new Set(history.map(({ number }) => number));
  const logs = sessions.filter(({ attempt }) => attempt === null || !numbers.has(attempt));
  if (history.length + logs.length === 0) return null;
  return (
    <ol className="pt-0.5 pl-5 @xl:pl-37" aria-label={`Attempts of ${id}`}>
      {history.map((attempt) => (
        <li key={attempt.number} className="py-0.5">
          <AttemptFacts attempt={attempt} isOnly={history.length === 1} />
          {sessions
            .filter((session) => session.attempt === attempt.number)
            .map((session) => (
              <SessionLine key={session.session} run={run} session={session} />
            ))}
        </li>
      ))}
      {logs.map((session) => (
        <li key={session.session}>
          <SessionLine run={run} session={session} />
        </li>
      ))}
    </ol>
  );
}

type FactsProps = {
  readonly attempt: AttemptView;
  /** What it took is what its step took. */
  readonly isOnly: boolean;
};

function AttemptFacts({ attempt, isOnly }: FactsProps) {
  const { number, agent, start, startedAt, endedAt, outcome } = attempt;
  return (
    <p className="flex flex-wrap items-baseline gap-x-3 text-muted">
      <span className="text-text">
        Attempt {number}
        {agent !== null && ` by ${plainLine(agent)}`}
      </span>
      <span>{endedAt === null ? "at work" : plainLine(outcome ?? "ended")}</span>
      {endedAt === null ? (
        <Lasting since={startedAt} />
      ) : (
        <span>{durationText(endedAt - startedAt)}</span>
      )}
      <span>
        from{" "}
        <span className="font-mono select-all" title={start}>
          {start.slice(0, COMMIT_CHARACTERS)}
        </span>
      </span>
      <span>{isOnly && attempt.usage !== null ? "" : usageText(attempt)}</span>
    </p>
  );
}

/** What an agent says itself is told apart from what was metered. */
function usageText({ usage, reported }: AttemptView): string {
  if (usage !== null) return takenText(usage);
  if (reported === null) return "";
  return `${tokensText((reported.inputTokens ?? 0) + (reported.outputTokens ?? 0))}, as the agent says`;
}

type SessionLineProps = { readonly run: string; readonly session: SessionView };

function SessionLine({ run, session }: SessionLineProps) {
  const { agent, family, state, last, lastAt } = session;
  return (
    <p className="flex min-h-6 items-center gap-2 text-muted">
      <Link
        to="/runs/$run/transcript"
        params={{ run }}
        search={{ session: session.session }}
        className="whitespace-nowrap underline"
      >
        {agent === null
          ? `Log of ${session.session.split("/").at(-1) ?? ""}`
          : `Transcript of ${plainLine(agent)}`}
      </Link>
      {family !== null && <FamilyMark family={family} />}
      {state !== "ended" && (
        <StateMark tone={state === "waiting" ? "waiting" : "running"} word={state} />
      )}
      <span dir="auto" className="min-w-0 flex-1 truncate">
        {last === null ? "" : plainLine(last)}
      </span>
      {lastAt !== null && <Ago at={lastAt} />}
    </p>
  );
}
