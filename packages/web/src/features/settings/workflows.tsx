/** The workflows of a project, each with its steps and what the linter says of it. */
import type { WorkflowLine } from "@tutti/protocol";
import { plainLine } from "../../ui/plain.ts";
import { StateMark } from "../../ui/state-mark.tsx";

type WorkflowsProps = {
  readonly workflows: readonly WorkflowLine[];
  /** Of a run that names none. */
  readonly usual: string;
};

export function Workflows({ workflows, usual }: WorkflowsProps) {
  return (
    <section aria-label="Workflows" className="px-4 py-1.5">
      <h3 className="text-muted">Workflows</h3>
      <ul>
        {workflows.map((workflow) => (
          <li key={workflow.name} className="border-b border-line py-1.5">
            <Workflow workflow={workflow} isUsual={workflow.name === usual} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Workflow({
  workflow,
  isUsual,
}: {
  readonly workflow: WorkflowLine;
  readonly isUsual: boolean;
}) {
  const { name, description, origin, steps, problems, waives, isValid } = workflow;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-strong">{plainLine(name)}</span>
        {isUsual && <span>the usual one</span>}
        <span className="text-muted">{origin}</span>
        {!isValid && <StateMark tone="refused" word="not valid" />}
      </p>
      <p dir="auto" className="text-muted">
        {plainLine(description)}
      </p>
      <p className="font-mono text-xs">{steps.map(({ id }) => id).join(" → ")}</p>
      {Object.entries(waives).map(([stage, reason]) => (
        <p key={stage} className="text-warning">
          <span aria-hidden="true">▲ </span>
          without {stage}: {plainLine(reason)}
        </p>
      ))}
      {problems.map((problem) => (
        <p key={problem} className={isValid ? "text-warning" : "text-refused"}>
          <span aria-hidden="true">{isValid ? "▲ " : "✕ "}</span>
          {plainLine(problem)}
        </p>
      ))}
    </>
  );
}
