/** How it is done, by whom, and where it goes. What is left alone is as the project has it. */
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import type { ProjectView } from "@tutti/protocol";
import { projectQuery } from "../../api/project.ts";
import { FIELD } from "../../ui/field.ts";
import { Labelled } from "../../ui/labelled.tsx";
import { RoleFields } from "./role-fields.tsx";
import type { DraftProps } from "./task-form.tsx";

/** Known of every installation, also where a project's own are not. */
const BUILT_IN = ["spec-first", "fix-bug", "quick"];

export function TaskChoices({ draft, onChange }: DraftProps) {
  const { data: facts } = useQuery(projectQuery(draft.path));
  return (
    <>
      <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
        <WorkflowField draft={draft} onChange={onChange} facts={facts} />
        <IsolationField draft={draft} onChange={onChange} />
      </div>
      <RoleFields draft={draft} onChange={onChange} />
      <BranchFields draft={draft} onChange={onChange} facts={facts} />
    </>
  );
}

type WithFacts = DraftProps & { readonly facts: ProjectView | undefined };

function WorkflowField({ draft, onChange, facts }: WithFacts) {
  const names = facts?.workflows.map(({ name }) => name) ?? BUILT_IN;
  const known = draft.workflow === "" || names.includes(draft.workflow);
  const chosen = facts?.workflows.find(({ name }) => name === draft.workflow);
  return (
    <Labelled label="Workflow" hint={chosen?.description}>
      <select
        value={draft.workflow}
        onChange={({ target }) => onChange({ workflow: target.value })}
        className={FIELD}
      >
        <option value="">The project's own</option>
        {(known ? names : [draft.workflow, ...names]).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

function IsolationField({ draft, onChange }: DraftProps) {
  const isOpen = draft.isolation === "none";
  return (
    <Labelled
      label="Isolation"
      hint={
        isOpen ? (
          <strong className="font-strong text-refused">
            <span aria-hidden="true">▲ </span>
            Agents run with all of your rights on this machine.
          </strong>
        ) : (
          "Agents see the project's copy and what it names, nothing else."
        )
      }
    >
      <select
        value={draft.isolation}
        onChange={({ target }) =>
          onChange({ isolation: target.value === "none" ? "none" : "sandbox" })
        }
        className={isOpen ? `${FIELD} border-refused text-refused` : FIELD}
      >
        <option value="sandbox">Sandbox</option>
        <option value="none">None: no sandbox</option>
      </select>
    </Labelled>
  );
}

const ENDS = { "": "", target: "target", branch: "branch" } as const;

function BranchFields({ draft, onChange, facts }: WithFacts) {
  const branches = useId();
  return (
    <div className="grid grid-cols-3 gap-4 max-sm:grid-cols-1">
      <Labelled label="Base" hint="Where the work begins.">
        <input
          value={draft.base}
          list={branches}
          spellCheck={false}
          placeholder={facts?.branch ?? "what is checked out"}
          onChange={({ target }) => onChange({ base: target.value })}
          className={`${FIELD} font-mono`}
        />
      </Labelled>
      <Labelled label="Target" hint="Where it is merged to.">
        <input
          value={draft.target}
          list={branches}
          spellCheck={false}
          placeholder={facts?.target ?? "the base"}
          onChange={({ target }) => onChange({ target: target.value })}
          className={`${FIELD} font-mono`}
        />
      </Labelled>
      <Labelled label="Ends" hint="With your approval, either way.">
        <select
          value={draft.to}
          onChange={({ target }) =>
            onChange({ to: Object.values(ENDS).find((end) => end === target.value) ?? "" })
          }
          className={FIELD}
        >
          <option value="">As the project says</option>
          <option value="target">Merged into the target</option>
          <option value="branch">On a branch, for your own review</option>
        </select>
      </Labelled>
      <datalist id={branches}>
        {facts?.branches.map((branch) => (
          <option key={branch} value={branch}>
            {branch}
          </option>
        ))}
      </datalist>
    </div>
  );
}
