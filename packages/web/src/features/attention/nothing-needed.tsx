/** The queue is empty: what goes on without a person, and what came of it last. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Empty } from "../../ui/notice.tsx";
import { runsQuery } from "../../api/queries.ts";
import { LastMerges, RunLine } from "./standing.tsx";

const MOST_WORKING = 10;

export function NothingNeeded() {
  const working = useQuery(runsQuery({ states: "working,queued", limit: MOST_WORKING }));
  return (
    <>
      <Empty title="Nothing needs you">
        {working.data?.items.length === 0 && <p>No agent is working.</p>}
        <Link to="/new" className="text-accent underline max-sm:py-3">
          Start a task
        </Link>
      </Empty>
      {working.data !== undefined && working.data.items.length > 0 && (
        <section>
          <h2 className="px-4 pb-1 font-strong">Working</h2>
          <ul>
            {working.data.items.map((run) => (
              <RunLine key={run.id} run={run} />
            ))}
          </ul>
        </section>
      )}
      <LastMerges />
    </>
  );
}
