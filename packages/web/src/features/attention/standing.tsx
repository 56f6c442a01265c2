/** How everything stands: the columns of the board with their numbers, and what was merged last. */
import type { RunSummary } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { runsQuery } from "../../api/queries.ts";
import { plainLine } from "../../ui/plain.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Ago } from "../../ui/time.tsx";
import { COLUMNS, OPEN_STATES } from "../board/columns.ts";

const MOST = 200;
const MERGES = 3;

const openRunsQuery = () => runsQuery({ states: OPEN_STATES, limit: MOST });

export function Standing() {
  const open = useQuery(openRunsQuery());
  const onBranch = useQuery(runsQuery({ states: "completed", limit: MOST }));
  const done = useQuery(runsQuery({ states: "merged,failed,cancelled", limit: MOST }));
  if (open.data === undefined || onBranch.data === undefined || done.data === undefined)
    return null;
  const runs = [...open.data.items, ...onBranch.data.items, ...done.data.items];
  const isOpenMore = open.data.next !== null || onBranch.data.next !== null;
  const isDoneMore = done.data.next !== null;
  return (
    <aside
      aria-label="The board in numbers"
      className="border-line p-4 max-lg:border-t lg:border-s"
    >
      <h2 className="pb-1 font-strong">Board</h2>
      <dl className="grid grid-cols-[1fr_auto] gap-y-1">
        {COLUMNS.map(({ column, word }) => (
          <Fragment key={column}>
            <dt className="text-muted">{word}</dt>
            <dd className="text-end">
              {runs.filter((run) => run.column === column).length}
              {(column === "done" ? isDoneMore : isOpenMore) && "+"}
            </dd>
          </Fragment>
        ))}
      </dl>
      <p className="pt-2">
        <Link to="/board" className="text-accent underline max-sm:inline-block max-sm:py-3">
          Open the board
        </Link>
      </p>
    </aside>
  );
}

export function LastMerges() {
  const merged = useQuery(runsQuery({ states: "merged", limit: MERGES }));
  if (merged.data === undefined || merged.data.items.length === 0) return null;
  return (
    <section>
      <h2 className="px-4 pt-4 pb-1 font-strong">Merged last</h2>
      <ul>
        {merged.data.items.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}

export function RunLine({ run }: { readonly run: RunSummary }) {
  const tone = run.state === "merged" ? "ok" : "running";
  return (
    <li className="flex min-h-7 items-center gap-4 border-b border-line px-4 max-sm:min-h-11">
      <StateMark tone={tone} word={run.text} isShapeOnly />
      <Link
        to="/runs/$run"
        params={{ run: run.id }}
        dir="auto"
        className="min-w-0 truncate hover:underline"
      >
        {plainLine(run.title)}
      </Link>
      <span dir="auto" className="truncate text-muted max-sm:hidden">
        {plainLine(run.text)}
      </span>
      <span className="ml-auto text-muted">
        <Ago at={run.updatedAt} />
      </span>
    </li>
  );
}
