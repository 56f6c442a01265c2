/** The steps of a run: as an ordered list, or as the graph of the workflow. The list says all that the graph shows. */
import type { RunView } from "@tutti/protocol";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionHeading } from "../../ui/heading.tsx";
import { Loading } from "../../ui/notice.tsx";
import { StepList } from "./step-list.tsx";

const StepGraph = lazy(async () => {
  const { StepGraph: component } = await import("./graph/step-graph.tsx");
  return { default: component };
});

export function Steps({ view }: { readonly view: RunView }) {
  const search = useSearch({ from: "/runs/$run/" });
  const navigate = useNavigate({ from: "/runs/$run/" });
  const isGraph = search.view === "graph";
  const show = (graph: boolean): void =>
    void navigate({ search: graph ? { ...search, view: "graph" } : {}, replace: true });
  useCommands([
    {
      id: "run.steps",
      title: isGraph ? "Show the steps as a list" : "Show the steps as a graph",
      group: "This run",
      keys: "r g",
      run: () => show(!isGraph),
    },
  ]);
  const opened = view.steps.find(({ id }) => id === search.step)?.id ?? null;
  return (
    <section aria-label="Steps">
      <SectionHeading title="Steps">
        {/* A narrow screen has no room for the graph: it shows the list. */}
        <span className="ml-auto flex gap-1 max-sm:hidden">
          <Choice word="List" isChosen={!isGraph} onChoose={() => show(false)} />
          <Choice word="Graph" isChosen={isGraph} onChoose={() => show(true)} />
        </span>
      </SectionHeading>
      {isGraph && (
        <div className="flex flex-wrap items-start max-sm:hidden">
          <Suspense fallback={<Loading what="the graph" />}>
            <StepGraph view={view} chosen={opened} />
          </Suspense>
          {opened !== null && (
            <div className="min-w-0 flex-1 basis-72 border-t border-line">
              <StepList view={view} only={opened} />
            </div>
          )}
        </div>
      )}
      <div className={isGraph ? "sm:hidden" : undefined}>
        <StepList view={view} />
      </div>
    </section>
  );
}

type ChoiceProps = {
  readonly word: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
};

const Choice = ({ word, isChosen, onChoose }: ChoiceProps) => (
  <Button aria-pressed={isChosen} emphasis={isChosen ? "normal" : "quiet"} onClick={onChoose}>
    {word}
  </Button>
);
