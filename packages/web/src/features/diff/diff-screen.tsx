/** The review by its own address, for links into it. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { runQuery } from "../../api/queries.ts";
import { Queried } from "../../ui/queried.tsx";
import { DiffTab } from "./diff-tab.tsx";

export function DiffScreen() {
  const { run } = useParams({ strict: false });
  const query = useQuery(runQuery(run ?? ""));
  return (
    <Queried query={query} what="the run">
      {(view) => (
        <div className="flex h-full flex-col">
          <h1 className="sr-only">Diff of {view.task.title}</h1>
          <DiffTab run={view} />
        </div>
      )}
    </Queried>
  );
}
