/** One run: what it does, what it made, and what proves it. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { runQuery } from "../../api/queries.ts";
import { Lineage } from "../../ui/family-mark.tsx";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Queried } from "../../ui/queried.tsx";
import { runLook } from "../../ui/run-state.ts";
import { StateMark } from "../../ui/state-mark.tsx";

export function RunScreen() {
  const { run } = useParams({ from: "/runs/$run" });
  const query = useQuery(runQuery(run));
  return (
    <Queried query={query} what="the run">
      {(view) => (
        <>
          <ScreenHeading title={view.task.title}>
            <StateMark {...runLook(view.state)} />
            <Lineage {...view.families} />
          </ScreenHeading>
          <ol>
            {view.steps.map((step) => (
              <li key={step.id} className="flex gap-4 border-b border-line px-4 py-1">
                <span className="w-32 font-mono">{step.id}</span>
                <span>{step.outcome}</span>
                <span className="text-muted">{step.detail}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Queried>
  );
}
