/** A new task: what is to be done, in which project, by whom, and where it goes. */
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { projectsQuery, runQuery } from "../../api/queries.ts";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Loading } from "../../ui/notice.tsx";
import { Queried } from "../../ui/queried.tsx";
import { draftLike, emptyDraft } from "./draft.ts";
import { keptText } from "./kept-text.ts";
import { TaskForm } from "./task-form.tsx";

export function NewTaskScreen() {
  const { from } = useSearch({ from: "/new" });
  return (
    <>
      <ScreenHeading title={from === undefined ? "New task" : "The same task again"} />
      {from === undefined ? <FreshTask /> : <SameTask run={from} />}
    </>
  );
}

function FreshTask() {
  const { path } = useSearch({ from: "/new" });
  const projects = useQuery(projectsQuery());
  if (projects.isPending) return <Loading what="the projects" />;
  const newest = projects.data?.toSorted((left, right) => right.lastAt - left.lastAt)[0];
  return (
    <TaskForm
      initial={{ ...emptyDraft(path ?? newest?.path ?? ""), text: keptText.get() }}
      isKept
    />
  );
}

function SameTask({ run }: { readonly run: string }) {
  const query = useQuery(runQuery(run));
  return (
    <Queried query={query} what="the task">
      {(view) => <TaskForm key={run} initial={draftLike(view)} isKept={false} />}
    </Queried>
  );
}
