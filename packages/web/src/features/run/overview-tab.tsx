/** Where the run stands: what it asks, its steps with their attempts, and the contract it is held to. */
import { Link } from "@tanstack/react-router";
import { SectionHeading } from "../../ui/heading.tsx";
import { plainText } from "../../ui/plain.ts";
import { Empty } from "../../ui/notice.tsx";
import { AnswerPanel } from "../attention/answer-panel.tsx";
import { itemKey } from "../attention/attention-order.ts";
import { CommentForm, CommentList, onRun } from "./comments.tsx";
import { ContractMatrix } from "./contract-matrix.tsx";
import { useRun } from "./run-context.tsx";
import { Steps } from "./steps.tsx";

export function OverviewTab() {
  const view = useRun();
  const [first, ...others] = view.attention;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] max-lg:grid-cols-1">
      <div className="border-line lg:border-r">
        {first !== undefined && (
          <section
            aria-label="Needs you"
            className="border-b border-l-2 border-b-line border-l-waiting bg-surface px-4 py-3"
          >
            <h2 className="pb-1 font-strong">{plainText(first.asks)}</h2>
            <AnswerPanel key={first.id} item={first} />
            {others.map((item) => (
              <p key={item.id} className="pt-1">
                <Link to="/" search={{ item: itemKey(item) }} className="underline">
                  {plainText(item.asks)}
                </Link>
              </p>
            ))}
          </section>
        )}
        <Steps view={view} />
        <Facts />
        <SectionHeading title="Comments" />
        <div className="flex flex-col gap-2 px-4 pb-4">
          <CommentList comments={onRun(view)} isNamed />
          {view.finishedAt === null && <CommentForm on="run" label="Comment on the run" />}
        </div>
      </div>
      <div>
        <SectionHeading title="Contract" />
        {view.contract === null ? (
          <Empty title="No contract yet.">
            <p>The specification step writes it; a person approves it.</p>
          </Empty>
        ) : (
          <ContractMatrix view={view} contract={view.contract} />
        )}
      </div>
    </div>
  );
}

function Facts() {
  const { workflow, target, project, warnings, merged, refusal, workspace, task } = useRun();
  const facts: readonly (readonly [string, string | null])[] = [
    ["Task", task.text],
    ["Workflow", workflow.name],
    [
      "Waived",
      Object.entries(workflow.waives)
        .map(([stage, why]) => `${stage}: ${why}`)
        .join("; ") || null,
    ],
    ["Target", `${target.branch}${target.to === "branch" ? " (leaves a branch)" : ""}`],
    ["Project", project.path],
    ["Work tree", workspace.root],
    ["Taken by", workspace.takenBy],
    ["Merged", merged === null ? null : `${merged.commit.slice(0, 12)} into ${merged.target}`],
    ["Last merge refused", refusal === null ? null : `${refusal.reason}: ${refusal.message}`],
    ["Warnings", warnings.join("\n") || null],
  ];
  return (
    <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-3 gap-y-1 px-4 py-3">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd dir="auto" className="wrap-anywhere whitespace-pre-wrap">
              {plainText(value)}
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
