/** `attention(state)`: what needs a person, derived; ids are stable while the same thing is asked. Every answer moves the run. */
import {
  type AttentionAnswer,
  AttentionId,
  type AttentionItem,
  type RunDocument,
  type StepKey,
  type StepState,
  type WorkflowStep,
} from "@tutti/protocol";
import { permissions, questions } from "./agent-ask.ts";
import { hasGoneRound, isAuthorBusy } from "./back-edge.ts";
import { type Ask, answer, cancelAnswer } from "./ask.ts";
import { budgetStopOf } from "./budget.ts";
import { budgets } from "./budget-ask.ts";
import { refusedHosts } from "./egress-ask.ts";
import { guardFlags, guardSubject, waitForGuard } from "./checks.ts";
import { approvalSubject, isApprovalOpen } from "./decide/approval.ts";
import { asksWhenStale, needsHold, upstreamHolds } from "./holds.ts";
import { instancesOf, isInstance, isWriter, stepByKey, stepState } from "./steps.ts";

const item = (state: RunDocument, ask: Ask): AttentionItem => {
  const about = ask.about ?? ask.step ?? "run";
  return {
    id: AttentionId.parse(`${ask.kind}:${about}`),
    run: state.id,
    kind: ask.kind,
    step: ask.step,
    since: ask.since,
    asks: ask.asks,
    why: ask.why,
    subject: ask.subject ?? null,
    details: [...(ask.details ?? [])],
    answers: [...ask.answers],
    ...(ask.fields === undefined ? {} : { fields: [...ask.fields] }),
  };
};

const approvals = (state: RunDocument): Ask[] =>
  state.workflow.steps.flatMap((step) => {
    if (step.kind !== "approval" || !isApprovalOpen(state, step)) return [];
    const { key } = stepState(state, step.id);
    const ofCandidate = step.of.includes("candidate");
    return [
      {
        kind: "approval",
        step: key,
        since: state.movedAt,
        asks: ofCandidate
          ? `Approve the merge into ${state.target.branch}`
          : `Approve ${step.of.join(" and ")}`,
        why: ofCandidate
          ? "nothing is merged without a person's word"
          : "everything after is anchored to it",
        subject: approvalSubject(state, key),
        details: ofCandidate
          ? state.changed
          : step.of.map(
              (name) => `${name} ${state.artifacts[name]?.artifact.hash.slice(0, 12) ?? "absent"}`,
            ),
        answers: [
          answer("proceed", "Proceed", `tutti approve ${state.id} ${step.id}`),
          answer(
            "comment",
            "Proceed with comments",
            `tutti approve ${state.id} ${step.id} --comment TEXT`,
          ),
          answer(
            "changes",
            "Ask for changes",
            `tutti reject ${state.id} ${step.id} --comment TEXT`,
          ),
          cancelAnswer(state),
        ],
      },
    ];
  });

const waivable = (state: RunDocument, step: WorkflowStep, key: StepKey): AttentionAnswer[] =>
  step.kind === "merge" || step.kind === "approval" || !needsHold(state, step)
    ? []
    : [answer("waive", "Go on without it", `tutti waive ${state.id} ${key} --reason TEXT`)];

type Failed = {
  readonly status: Extract<StepState["status"], { kind: "failed" }>;
  readonly rounds: number;
};

const WHY_FAILED = {
  conflict: "nothing was moved; the branch is kept",
  environment: "trying again by itself would not help",
  "failed-gate": "the bound of automatic tries is reached",
};

const kindOfFailure = (
  state: RunDocument,
  step: WorkflowStep,
  { status, rounds }: Failed,
): { readonly kind: keyof typeof WHY_FAILED | "loop"; readonly why: string } => {
  const isConflict = step.kind === "merge" && state.refusal !== null;
  const isEnvironment = status.failure !== null && status.failure.retry === "never";
  if (!isConflict && !isEnvironment && hasGoneRound(step, { rounds }))
    return {
      kind: "loop",
      why: `the work went back to the author ${rounds === 1 ? "once" : `${rounds} times`}, and it is not right yet`,
    };
  const kind = isConflict ? "conflict" : isEnvironment ? "environment" : "failed-gate";
  return { kind, why: WHY_FAILED[kind] };
};

const failures = (state: RunDocument): Ask[] =>
  Object.values(state.steps).flatMap((failed) => {
    const { status, key } = failed;
    if (status.kind !== "failed" || !isInstance(state, key)) return [];
    if (budgetStopOf(state, key) !== null) return [];
    const step = stepByKey(state, key);
    const returnable =
      state.candidate !== null && !isWriter(step) && !isAuthorBusy(state)
        ? [
            answer(
              "changes",
              "Send it back to the author",
              `tutti reject ${state.id} --comment TEXT`,
            ),
          ]
        : [];
    return [
      {
        ...kindOfFailure(state, step, { status, rounds: failed.rounds }),
        step: key,
        since: status.at,
        asks: `${key}: ${status.facts.summary}`,
        details: status.facts.details,
        answers: [
          answer("retry", "Try again", `tutti retry ${state.id} ${key}`),
          ...returnable,
          ...waivable(state, step, key),
          cancelAnswer(state),
        ],
      },
    ];
  });

const guards = (state: RunDocument): Ask[] => {
  const [step] = waitForGuard(state);
  if (step === undefined) return [];
  return [
    {
      kind: "guard",
      step: stepState(state, step.id).key,
      since: state.movedAt,
      asks: "The change touches what judges it",
      why: "an author does not edit his judge",
      subject: guardSubject(state),
      details: guardFlags(state).map((flag) => `${flag.kind}: ${flag.path} (${flag.detail})`),
      answers: [
        answer("allow", "Allow it", `tutti approve ${state.id} guard --comment TEXT`),
        answer(
          "changes",
          "Send it back to the author",
          `tutti reject ${state.id} guard --comment TEXT`,
        ),
        cancelAnswer(state),
      ],
    },
  ];
};

const stale = (state: RunDocument): Ask[] =>
  state.workflow.steps
    .filter((step) => upstreamHolds(state, step))
    .flatMap((step) => instancesOf(state, step))
    .filter((key) => asksWhenStale(state, key))
    .map((key) => ({
      kind: "stale" as const,
      step: key,
      since: state.movedAt,
      asks: `${key} was made from what has changed since`,
      why: "running it again costs money, so a person decides",
      answers: [
        answer("holds", "It still holds", `tutti renew ${state.id} ${key} --holds`),
        answer("again", "Run it again on top", `tutti renew ${state.id} ${key} --again`),
        cancelAnswer(state),
      ],
    }));

const degraded = (state: RunDocument): Ask[] =>
  state.reviews.flatMap((choice) => {
    const isOpen =
      choice.outcome !== "allow" &&
      stepState(state, choice.step).status.kind === "active" &&
      !state.degraded.some((accepted) => accepted.step === choice.step);
    if (!isOpen) return [];
    const mayAccept =
      choice.outcome === "unavailable" && state.policy.config.review.whenUnavailable === "ask";
    const accept = mayAccept
      ? [
          answer(
            "accept",
            "Go on, marked as degraded",
            `tutti approve ${state.id} ${choice.step} --degraded --comment TEXT`,
          ),
        ]
      : [];
    return [
      {
        kind: "degraded" as const,
        step: choice.step,
        since: state.movedAt,
        asks: "No reviewer of a foreign family is available",
        why: choice.reason,
        answers: [
          ...accept,
          answer(
            "waive",
            "Go on without it",
            `tutti waive ${state.id} ${choice.step} --reason TEXT`,
          ),
          cancelAnswer(state),
        ],
      },
    ];
  });

const workspace = (state: RunDocument): Ask[] => {
  const broken: Ask[] =
    state.workspace.kind === "broken" && Object.keys(state.effects).length === 0
      ? [
          {
            kind: "environment",
            step: null,
            since: state.workspace.at,
            asks: "The workspace could not be made",
            why: state.workspace.failure.message,
            details: [`code ${state.workspace.failure.code}`],
            answers: [answer("retry", "Try again", `tutti retry ${state.id}`), cancelAnswer(state)],
          },
        ]
      : [];
  const taken: Ask[] =
    state.takenBy === null
      ? []
      : [
          {
            kind: "taken",
            step: null,
            since: state.movedAt,
            asks: `${state.takenBy} has the workspace`,
            why: "no agent writes while a person works there",
            answers: [
              answer("give", "Give it back", `tutti give ${state.id}`),
              cancelAnswer(state),
            ],
          },
        ];
  return [...broken, ...taken];
};

/** Oldest first. Empty for a run that has ended. */
export const attention = (state: RunDocument): readonly AttentionItem[] => {
  if (state.finished !== null || state.cancelled !== null) return [];
  const asks = [
    ...permissions(state),
    ...questions(state),
    ...workspace(state),
    ...approvals(state),
    ...guards(state),
    ...failures(state),
    ...budgets(state),
    ...degraded(state),
    ...stale(state),
    ...refusedHosts(state),
  ];
  return asks.map((ask) => item(state, ask)).toSorted((left, right) => left.since - right.since);
};
