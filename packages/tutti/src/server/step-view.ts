/** Steps and their instances as a person sees them. Readiness and staleness are derived, as everywhere. */
import type {
  Attempt,
  AttemptView,
  RunDocument,
  RunStatus,
  StepOutcome,
  StepState,
  StepView,
  WorkflowStep,
} from "@tutti/protocol";
import { stepOutcome } from "../domain/status.ts";
import { instancesOf, keyOf, stepState } from "../domain/steps.ts";
import { edgesOf } from "./step-edges.ts";
import type { RunUsage } from "./usage-view.ts";

type Beside = { readonly status: RunStatus; readonly usage: RunUsage };

export function stepViews(document: RunDocument, beside: Beside): StepView[] {
  return document.workflow.steps.flatMap((step) => {
    const instances = instancesOf(document, step);
    const keys = instances.length === 0 ? [keyOf(step.id)] : instances;
    return keys.map((key) =>
      stepView(document, { ...beside, step, state: stepState(document, key) }),
    );
  });
}

type Subject = Beside & { readonly step: WorkflowStep; readonly state: StepState };

function stepView(document: RunDocument, subject: Subject): StepView {
  const { step, state } = subject;
  return {
    id: state.key,
    kind: step.kind,
    stage: step.stage ?? null,
    outcome: outcomeOf(document, subject),
    attempts: state.attempts.length,
    agent: state.attempts.at(-1)?.agent ?? null,
    detail: detailOf(subject),
    usage: subject.usage.steps.get(state.key) ?? null,
    history: state.attempts.map((attempt) => attemptView(attempt, subject)),
    ...edgesOf(document, step, state.key),
  };
}

function attemptView(attempt: Attempt, { state, usage }: Subject): AttemptView {
  const { number, agent, start, startedAt, endedAt, outcome } = attempt;
  const metered = usage.attempts.get(`${state.key}.${number}`) ?? null;
  const reported = metered === null ? attempt.usage : null;
  return { number, agent, start, startedAt, endedAt, outcome, usage: metered, reported };
}

function outcomeOf(document: RunDocument, { state, status }: Subject): StepOutcome {
  const outcome = stepOutcome(document, state.key);
  const isAsked = status.attention.some((item) => item.step === state.key);
  return isAsked && (outcome === "working" || outcome === "pending") ? "waiting" : outcome;
}

function detailOf({ state, status }: Subject): string {
  const item = status.attention.find((candidate) => candidate.step === state.key);
  if (item !== undefined) return item.asks;
  switch (state.status.kind) {
    case "passed":
      return state.status.evidence.join("; ");
    case "failed":
      return state.status.facts.summary;
    case "skipped":
      return state.status.reason;
    case "waived":
      return `waived by ${state.status.by}: ${state.status.reason}`;
    case "active":
    case "pending":
      return state.facts.at(-1)?.summary ?? "";
  }
}
