/** What a run is, how it stands, and what can be done with it. */
import type { RunView } from "@tutti/protocol";
import { plainLine } from "../../ui/plain.ts";
import { Lineage } from "../../ui/family-mark.tsx";
import { usdText } from "../../ui/numbers.ts";
import { runLook } from "../../ui/run-state.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { useTitle } from "../../ui/title.ts";
import { Ago, Lasting } from "../../ui/time.tsx";
import { RunActions } from "./run-actions.tsx";

export function RunHeader({ view }: { readonly view: RunView }) {
  const { task, state, text, families, usage, startedAt, finishedAt, isolation, degraded } = view;
  const look = runLook(state);
  useTitle(plainLine(task.title));
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
      <div className="min-w-0 grow basis-80">
        <h1 dir="auto" className="text-md font-strong wrap-anywhere">
          {plainLine(task.title)}
        </h1>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StateMark {...look} />
          {text !== look.word && (
            <span dir="auto" className="text-muted">
              {plainLine(text)}
            </span>
          )}
          <span className="text-muted">
            {finishedAt === null ? <Lasting since={startedAt} /> : <Ago at={finishedAt} />}
          </span>
          <span title="As metered">{usdText(usage.metered.costUsd)}</span>
          <Lineage {...families} />
          {isolation !== "sandbox" && <StateMark tone="refused" word={`isolation: ${isolation}`} />}
          {degraded.length > 0 && <StateMark tone="warning" word="degraded review" />}
        </p>
      </div>
      <RunActions view={view} />
    </header>
  );
}
