/** Which tasks the board shows; the address holds it. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { projectsQuery } from "../../api/queries.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/field.ts";
import { withNamed } from "../../ui/hidden-characters.ts";
import { runLook } from "../../ui/run-state.ts";
import { boardSearch } from "./board-search.ts";

const STATES = [
  "working",
  "waiting",
  "queued",
  "paused",
  "completed",
  "merged",
  "failed",
  "cancelled",
];

export function BoardFilters() {
  const search = useSearch({ from: "/board" });
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const set = (change: Record<string, string | undefined>): void =>
    void navigate({ to: "/board", search: boardSearch({ ...search, ...change }), replace: true });
  const clear = (): void => set({ q: undefined, state: undefined, project: undefined });
  const isFiltered = [search.q, search.state, search.project].some((one) => one !== undefined);
  useCommands([
    {
      id: "board.filter",
      title: "Filter the tasks",
      group: "Board",
      keys: "/",
      run: () => input.current?.focus(),
    },
    ...(isFiltered
      ? [{ id: "board.clear", title: "Show all tasks", group: "Board", keys: "c", run: clear }]
      : []),
  ]);
  return (
    <search className="flex flex-wrap items-center gap-2">
      <input
        ref={input}
        type="search"
        aria-label="Part of a title"
        placeholder="Part of a title  /"
        value={search.q ?? ""}
        onChange={({ target }) => set({ q: target.value })}
        className={`${FIELD} w-44`}
      />
      <select
        aria-label="State"
        value={search.state ?? ""}
        onChange={({ target }) => set({ state: target.value })}
        className={FIELD}
      >
        <option value="">Any state</option>
        {STATES.map((state) => (
          <option key={state} value={state}>
            {runLook(state).word}
          </option>
        ))}
      </select>
      <ProjectChoice project={search.project} onChoose={(project) => set({ project })} />
      {isFiltered && (
        <Button emphasis="quiet" shortcut="c" onClick={clear}>
          Show all
        </Button>
      )}
    </search>
  );
}

type ProjectChoiceProps = {
  readonly project: string | undefined;
  readonly onChoose: (project: string) => void;
};

function ProjectChoice({ project, onChoose }: ProjectChoiceProps) {
  const { data } = useQuery(projectsQuery());
  if (data === undefined || data.length < 2) return null;
  return (
    <select
      aria-label="Project"
      value={project ?? ""}
      onChange={({ target }) => onChoose(target.value)}
      className={`${FIELD} max-w-44`}
    >
      <option value="">Any project</option>
      {data.map(({ id, name }) => (
        <option key={id} value={id}>
          {withNamed(name)}
        </option>
      ))}
    </select>
  );
}
