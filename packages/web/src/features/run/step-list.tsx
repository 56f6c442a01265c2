/** Steps in the order of the workflow, each with its attempts. */
import type { RunView, SessionView, StepView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { countText, takenText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Attempts } from "./attempts.tsx";
import { sessionsQuery } from "./run-queries.ts";
import { stepLook } from "./step-look.ts";

type StepListProps = {
  readonly view: RunView;
  /** This step alone. */
  readonly only?: string;
};

export function StepList({ view, only }: StepListProps) {
  const sessions = useQuery(sessionsQuery(view.run));
  return (
    <ol className="@container">
      {view.steps
        .filter(({ id }) => only === undefined || id === only)
        .map((step) => (
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
  readonly step: StepView;
  readonly sessions: readonly SessionView[];
};

function StepRow({ run, step, sessions }: StepRowProps) {
  const { id, outcome, detail, attempts, usage, sendsBack } = step;
  return (
    <li className="border-b border-line px-4 py-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3 @xl:flex-nowrap">
        <span className="shrink-0 @xl:w-34">
          <StateMark {...stepLook(outcome)} />
        </span>
        <span className="font-mono">{id}</span>
        <span dir="auto" className="min-w-0 flex-1 basis-40 text-muted wrap-anywhere">
          {plainLine(detail)}
        </span>
        {sendsBack !== null && sendsBack.rounds > 0 && (
          <span className="shrink-0 text-muted">
            sent back {sendsBack.rounds} of {sendsBack.limit}
          </span>
        )}
        {attempts > 1 && (
          <span className="shrink-0 text-muted">{countText(attempts, "attempt")}</span>
        )}
        {usage !== null && usage.requests > 0 && (
          <span className="ms-auto shrink-0 text-muted">{takenText(usage)}</span>
        )}
      </div>
      <Attempts run={run} step={step} sessions={sessions} />
    </li>
  );
}
