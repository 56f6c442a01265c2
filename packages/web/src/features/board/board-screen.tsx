/** All tasks by where they stand. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runsQuery } from "../../api/queries.ts";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Empty } from "../../ui/notice.tsx";
import { Queried } from "../../ui/queried.tsx";
import { runLook } from "../../ui/run-state.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { Ago } from "../../ui/time.tsx";

export function BoardScreen() {
  const query = useQuery(runsQuery());
  return (
    <>
      <ScreenHeading title="Board" />
      <Queried query={query} what="the tasks">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No task yet." />
          ) : (
            <ul>
              {items.map((run) => (
                <li key={run.id} className="flex items-center gap-4 border-b border-line px-4 py-1">
                  <StateMark {...runLook(run.state)} />
                  <Link
                    to="/runs/$run"
                    params={{ run: run.id }}
                    className="truncate hover:underline"
                  >
                    {run.title}
                  </Link>
                  <span className="ml-auto text-muted">
                    <Ago at={run.updatedAt} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Queried>
    </>
  );
}
