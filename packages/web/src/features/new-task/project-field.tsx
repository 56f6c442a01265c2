import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { projectQuery } from "../../api/project.ts";
import { projectsQuery } from "../../api/queries.ts";
import { FIELD } from "../../ui/field.ts";
import { withNamed } from "../../ui/hidden-characters.ts";
import { Labelled } from "../../ui/labelled.tsx";
import type { DraftProps } from "./task-form.tsx";

/** The folder of the project, or any inside of it; those that have tasks are offered. */
export function ProjectField({ draft, onChange }: DraftProps) {
  const projects = useQuery(projectsQuery());
  const facts = useQuery(projectQuery(draft.path));
  const list = useId();
  return (
    <div className="flex flex-col gap-1">
      <Labelled label="Project" hint="The absolute path of the repository on the daemon's machine.">
        <input
          value={draft.path}
          list={list}
          required
          spellCheck={false}
          autoComplete="off"
          placeholder="/home/you/project"
          onChange={({ target }) => onChange({ path: target.value })}
          className={`${FIELD} font-mono`}
        />
      </Labelled>
      <datalist id={list}>
        {projects.data?.map(({ id, path, name }) => (
          <option key={id} value={path}>
            {withNamed(name)}
          </option>
        ))}
      </datalist>
      {facts.data !== undefined && (
        <ul className="text-warning">
          {facts.data.warnings.map((warning) => (
            <li key={warning}>
              <span aria-hidden="true">▲ </span>
              {warning}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
