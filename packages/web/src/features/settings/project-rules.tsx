/** What holds in a project for a task that starts now, as it is committed; changed in its files. */
import type { ProjectView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { projectQuery } from "../../api/project.ts";
import { SectionHeading } from "../../ui/heading.tsx";
import { durationText } from "../../ui/time.tsx";
import { plainLine } from "../../ui/plain.ts";
import { Queried } from "../../ui/queried.tsx";
import { budgetLines, policyLines, recipeLines, type Line } from "./rule-lines.ts";
import { Workflows } from "./workflows.tsx";

export function ProjectRules({ path }: { readonly path: string }) {
  const query = useQuery(projectQuery(path));
  return (
    <section aria-labelledby="project">
      <SectionHeading title="Project" id="project">
        <span className="text-muted">
          As committed on the target branch. Changed in{" "}
          <code className="font-mono text-xs">.tutti/config.yaml</code>.
        </span>
      </SectionHeading>
      <Queried query={query} what="the project">
        {(view) => (
          <>
            <Told lines={view.problems} mark="✕" look="text-refused" />
            <Told lines={view.warnings} mark="▲" look="text-warning" />
            {view.rules !== null && <Rules rules={view.rules} />}
            <Workflows workflows={view.workflows} usual={view.workflow} />
          </>
        )}
      </Queried>
    </section>
  );
}

type ToldProps = {
  readonly lines: readonly string[];
  readonly mark: string;
  readonly look: string;
};

const Told = ({ lines, mark, look }: ToldProps) =>
  lines.map((line) => (
    <p key={line} className={`px-4 py-1 ${look}`}>
      <span aria-hidden="true">{mark} </span>
      {plainLine(line)}
    </p>
  ));

function Rules({ rules }: { readonly rules: NonNullable<ProjectView["rules"]> }) {
  const { planner, author, reviewer } = rules.roles;
  const checks = Object.entries(rules.checks).map(([name, { run, timeout, report }]): Line => ({
    name,
    value: `${run} (at most ${durationText(timeout)}, read as ${report})`,
    isCode: true,
  }));
  return (
    <>
      <Lines
        title="Roles"
        lines={[
          { name: "Planner", value: planner ?? "as the author" },
          { name: "Author", value: author ?? "none is named" },
          { name: "Reviewer", value: reviewer.join(", ") || "none is named" },
        ]}
      />
      <Lines title="Checks" lines={checks}>
        No check is configured.
      </Lines>
      <Lines title="Recipe" lines={recipeLines(rules.recipe)}>
        Nothing is set up before agents begin.
      </Lines>
      <Lines title="Policy" lines={policyLines(rules)} />
      <Lines title="Budget" lines={budgetLines(rules.budget)}>
        No bound of the project.
      </Lines>
    </>
  );
}

type LinesProps = {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Said where there are none. */
  readonly children?: ReactNode;
};

function Lines({ title, lines, children }: LinesProps) {
  return (
    <section aria-label={title} className="px-4 py-1.5">
      <h3 className="text-muted">{title}</h3>
      {lines.length === 0 && <p>{children}</p>}
      <dl className="grid grid-cols-[9rem_minmax(0,1fr)] gap-x-4 max-sm:grid-cols-[6rem_minmax(0,1fr)]">
        {lines.map(({ name, value, isCode }) => (
          <div key={name} className="contents">
            <dt>{plainLine(name)}</dt>
            <dd className={isCode === true ? "font-mono text-xs leading-5 wrap-anywhere" : ""}>
              {plainLine(value)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
