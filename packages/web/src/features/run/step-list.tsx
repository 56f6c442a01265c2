/** Steps in the order of the workflow, each with its attempts. */
import type { RunView, SessionView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { countText, tokensText, usdText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { Ago } from "../../ui/time.tsx";
import { sessionsQuery } from "./run-queries.ts";

type Step = RunView["steps"][number];

const TONES: Readonly<Record<Step["outcome"], Tone>> = {
  pending: "neutral",
  waiting: "waiting",
  working: "running",
  passed: "ok",
  stale: "warning",
  failed: "refused",
  skipped: "neutral",
  waived: "warning",
};

const WORDS: Readonly<Record<Step["outcome"], string>> = {
  pending: "not yet",
  waiting: "waiting for you",
  working: "working",
  passed: "passed",
  stale: "stale",
  failed: "failed",
  skipped: "skipped",
  waived: "waived",
};

export function StepList({ view }: { readonly view: RunView }) {
  const sessions = useQuery(sessionsQuery(view.run));
  return (
    <ol>
      {view.steps.map((step) => (
        <StepRow
          key={step.id}
          run={view.run}
          step={step}
          sessions={(sessions.data ?? []).filter((one) => one.step === step.id)}
        />
      ))}
    </ol>
  );
}

type StepRowProps = {
  readonly run: string;
  readonly step: Step;
  readonly sessions: readonly SessionView[];
};

function StepRow({ run, step, sessions }: StepRowProps) {
  const { id, outcome, detail, attempts, usage } = step;
  return (
    <li className="border-b border-line px-4 py-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="w-34">
          <StateMark tone={TONES[outcome]} word={WORDS[outcome]} />
        </span>
        <span className="font-mono">{id}</span>
        <span dir="auto" className="min-w-0 flex-1 basis-40 text-muted wrap-anywhere">
          {plainLine(detail)}
        </span>
        {attempts > 1 && <span className="text-muted">{countText(attempts, "attempt")}</span>}
        {usage !== null && usage.requests > 0 && (
          <span className="text-muted">
            {tokensText(usage.inputTokens + usage.outputTokens)} · {usdText(usage.costUsd)}
          </span>
        )}
      </div>
      {sessions.length > 0 && (
        <ol className="pt-0.5 pl-37 max-sm:pl-5" aria-label={`Attempts of ${id}`}>
          {sessions.map((session) => (
            <SessionRow key={session.session} run={run} session={session} />
          ))}
        </ol>
      )}
    </li>
  );
}

function SessionRow({ run, session }: { readonly run: string; readonly session: SessionView }) {
  const { attempt, agent, family, state, last, lastAt } = session;
  return (
    <li className="flex min-h-6 items-center gap-2 text-muted">
      <Link
        to="/runs/$run/transcript"
        params={{ run }}
        search={{ session: session.session }}
        className="whitespace-nowrap underline"
      >
        {agent === null
          ? `Log of ${session.session.split("/").at(-1) ?? ""}`
          : `Attempt ${attempt ?? 1}`}
      </Link>
      {family !== null && <FamilyMark family={family} />}
      {agent !== null && <span className="whitespace-nowrap">{agent}</span>}
      {state !== "ended" && (
        <StateMark tone={state === "waiting" ? "waiting" : "running"} word={state} />
      )}
      <span dir="auto" className="min-w-0 flex-1 truncate">
        {last === null ? "" : plainLine(last)}
      </span>
      {lastAt !== null && <Ago at={lastAt} />}
    </li>
  );
}
