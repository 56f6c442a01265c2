/** Who writes and who reviews: agents that are there, each with its family. */
import type { AgentView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { agentsQuery } from "../../api/project.ts";
import { FIELD } from "../../ui/field.ts";
import { FamilyMark } from "../../ui/family-mark.tsx";
import { Labelled } from "../../ui/labelled.tsx";
import type { DraftProps } from "./task-form.tsx";

export function RoleFields({ draft, onChange }: DraftProps) {
  const isPath = draft.path.startsWith("/");
  const { data } = useQuery({ ...agentsQuery(draft.path), enabled: isPath });
  const agents = data?.agents.filter(({ isReady, from }) => isReady || from !== "catalogue") ?? [];
  const byRole = (role: string): string =>
    agents
      .filter(({ roles }) => roles.includes(role))
      .map(({ name }) => name)
      .join(", ") || "none is named";
  const author = agents.find(({ name }) => name === draft.author);
  const isAlone =
    author !== undefined &&
    draft.reviewers.length > 0 &&
    agents
      .filter(({ name }) => draft.reviewers.includes(name))
      .every(({ family }) => family === author.family);
  if (agents.length === 0) return null;
  return (
    <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
      <Labelled label="Author">
        <select
          value={draft.author}
          onChange={({ target }) => onChange({ author: target.value })}
          className={FIELD}
        >
          <option value="">The project's own ({byRole("author")})</option>
          {agents.map(({ name, family, isReady }) => (
            <option key={name} value={name}>
              {name} · {family}
              {isReady ? "" : " · not ready"}
            </option>
          ))}
        </select>
      </Labelled>
      <fieldset className="flex flex-col gap-1">
        <legend className="pb-1 font-strong">Reviewers</legend>
        {agents.map((agent) => (
          <Reviewer
            key={agent.name}
            agent={agent}
            isChosen={draft.reviewers.includes(agent.name)}
            onToggle={(isChosen) =>
              onChange({
                reviewers: isChosen
                  ? [...draft.reviewers, agent.name]
                  : draft.reviewers.filter((name) => name !== agent.name),
              })
            }
          />
        ))}
        <p className={isAlone ? "text-warning" : "text-xs text-muted"}>
          {isAlone
            ? "▲ Every reviewer is of the author's family: the review will count as degraded."
            : draft.reviewers.length === 0 &&
              `None chosen: the project's own (${byRole("reviewer")}).`}
        </p>
      </fieldset>
    </div>
  );
}

type ReviewerProps = {
  readonly agent: AgentView;
  readonly isChosen: boolean;
  readonly onToggle: (isChosen: boolean) => void;
};

function Reviewer({ agent, isChosen, onToggle }: ReviewerProps) {
  return (
    <label className="flex min-h-7 items-center gap-2 max-sm:min-h-11">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={({ target }) => onToggle(target.checked)}
        className="size-4 accent-accent"
      />
      <span className="font-mono">{agent.name}</span>
      <FamilyMark family={agent.family} />
      {!agent.isReady && <span className="text-muted">not ready</span>}
    </label>
  );
}
