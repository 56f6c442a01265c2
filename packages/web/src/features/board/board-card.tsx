/** One task on the board: its title, what it is doing now, since when, what it took, and by whom. */
import type { RunSummary } from "@tutti/protocol";
import { Link } from "@tanstack/react-router";
import { Lineage } from "../../ui/family-mark.tsx";
import { usdText } from "../../ui/numbers.ts";
import { plainLine } from "../../ui/plain.ts";
import type { Roving } from "../../ui/roving.ts";
import { runLookIn } from "../../ui/run-state.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Ago, Lasting } from "../../ui/time.tsx";

type BoardCardProps = { readonly run: RunSummary; readonly roving: Roving };

export function BoardCard({ run, roving }: BoardCardProps) {
  const title = plainLine(run.title);
  const text = plainLine(run.text);
  const isOver = run.column === "done" || run.state === "completed";
  return (
    <Link
      to="/runs/$run"
      params={{ run: run.id }}
      {...roving.row(run.id)}
      className="flex flex-col justify-center gap-0.5 border-b border-line px-3 -outline-offset-2 hover:bg-raised"
    >
      <span dir="auto" title={title} className="truncate">
        {title}
      </span>
      <span className="flex items-center gap-3 text-muted">
        <StateMark {...runLookIn(run)} />
        <span dir="auto" className="min-w-0 flex-1 truncate text-xs" title={text}>
          {text}
        </span>
      </span>
      <span className="flex items-center gap-3 text-xs text-muted">
        {isOver ? <Ago at={run.updatedAt} /> : <Lasting since={run.startedAt} />}
        {run.usage !== undefined && run.usage.requests > 0 && (
          <span>{usdText(run.usage.costUsd)}</span>
        )}
        <span className="ml-auto">
          {run.families !== undefined && <Lineage {...run.families} />}
        </span>
      </span>
    </Link>
  );
}
