/** What a person sees of a run: a pure fold of its document, with the derived facts of the domain. */
import type { RunDocument, RunStatus, RunView } from "@tutti/protocol";
import { familiesOf } from "../domain/board.ts";
import { guardFlags } from "../domain/checks.ts";
import { isPinned, pinOf } from "../domain/pin.ts";
import { checkViews } from "./check-view.ts";
import { contractView } from "./contract-view.ts";
import { findingView } from "./finding-view.ts";
import { stepViews } from "./step-view.ts";
import { type RunUsage, usageView } from "./usage-view.ts";

type Viewed = {
  readonly document: RunDocument;
  readonly status: RunStatus;
  readonly usage: RunUsage;
};

export function viewOf({ document, status, usage }: Viewed): RunView {
  const { finished } = document;
  return {
    outcome: finished?.outcome ?? null,
    state: status.state,
    text: status.text,
    run: document.id,
    version: document.version,
    task: document.task,
    project: document.project,
    workflow: {
      name: document.workflow.name,
      hash: document.workflowHash,
      waives: { ...document.workflow.waives },
    },
    isolation: document.policy.isolation,
    roles: document.roles,
    warnings: document.warnings,
    steps: stepViews(document, { status, usage }),
    contract: contractView(document),
    plan: planView(document),
    pin: isPinned(document) ? pinOf(document) : null,
    checks: checkViews(document),
    findings: document.findings.map((finding) => findingView(finding, document)),
    families: familiesOf(document),
    usage: usageView(document, usage),
    degraded: document.degraded,
    approvals: document.approvals,
    candidate: document.candidate,
    leftOut: document.leftOut,
    base: document.base,
    target: document.target,
    merged: document.merged,
    guard: [...guardFlags(document)],
    refusal: document.refusal,
    attention: status.attention,
    permissions: document.permissions,
    questions: document.questions,
    voidedQuestions: document.voidedQuestions,
    voided: document.voided,
    artifacts: Object.values(document.artifacts).map(({ artifact, by, at }) => {
      return { ...artifact, by, at };
    }),
    workspace: workspaceView(document),
    comments: document.comments,
    paused: document.paused,
    startedAt: document.startedAt,
    finishedAt: finished?.at ?? null,
  };
}

function planView({ artifacts }: RunDocument): RunView["plan"] {
  const data = artifacts["plan.yaml"]?.data;
  return data?.kind === "plan" ? data.plan : null;
}

function workspaceView({ workspace, takenBy }: RunDocument): RunView["workspace"] {
  return {
    kind: workspace.kind,
    root: workspace.kind === "ready" ? workspace.root : null,
    takenBy,
    parked: workspace.kind === "disposed" ? workspace.parked : [],
    vault: workspace.kind === "disposed" ? (workspace.vault ?? null) : null,
  };
}
