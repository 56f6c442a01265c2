import type { Attempt, EventOf, Facts, RunDocument, StepState, StepStatus } from "@tutti/protocol";
import { ATTEMPTS_KEPT_MAX, FACTS_KEPT_MAX } from "../limits.ts";
import { instanceOf, presentTree, stepIdOf, stepState } from "../steps.ts";
import type { Happened } from "./happened.ts";

const put = (state: RunDocument, step: StepState): RunDocument => ({
  ...state,
  steps: { ...state.steps, [step.key]: step },
});
const setStatus = (state: RunDocument, key: string, status: StepStatus): RunDocument =>
  put(state, { ...stepState(state, key), status });
const withFacts = (kept: readonly Facts[], facts: Facts | null): Facts[] =>
  facts === null ? [...kept] : [...kept, facts].slice(-FACTS_KEPT_MAX);

const started = (state: RunDocument, body: EventOf<"step.started">, at: number): RunDocument => {
  const step = stepState(state, body.step);
  const attempt: Attempt = {
    number: body.attempt,
    agent: body.agent,
    inputs: body.inputs,
    start: presentTree(state).commit,
    startedAt: at,
    endedAt: null,
    outcome: null,
    usage: null,
  };
  return put(state, {
    ...step,
    status: { kind: "active", inputs: body.inputs },
    attempts: [...step.attempts, attempt].slice(-ATTEMPTS_KEPT_MAX),
    tries: step.tries + 1,
  });
};

const attemptEnded = (
  state: RunDocument,
  body: EventOf<"step.attempt-ended">,
  at: number,
): RunDocument => {
  const step = stepState(state, body.step);
  const attempts = step.attempts.map((attempt) =>
    attempt.number === body.attempt && attempt.endedAt === null
      ? { ...attempt, endedAt: at, outcome: body.outcome, usage: body.usage }
      : attempt,
  );
  return put(state, { ...step, attempts, facts: withFacts(step.facts, body.facts) });
};

const reopened = (state: RunDocument, body: EventOf<"step.reopened">): RunDocument => {
  const target = stepState(state, body.step);
  const isRepair = instanceOf(body.step) !== null && state.steps[body.step] === undefined;
  const id = stepIdOf(body.step);
  const repairs = isRepair
    ? { ...state.repairs, [id]: [...(state.repairs[id] ?? []), target.key] }
    : state.repairs;
  const open = put(
    { ...state, repairs },
    {
      ...target,
      status: { kind: "pending" },
      tries: 0,
      facts: withFacts(target.facts, body.facts),
    },
  );
  if (body.because === body.step) return open;
  const cause = stepState(open, body.because);
  return put(open, { ...cause, status: { kind: "pending" }, tries: 0, rounds: body.round });
};

/** Steps and their attempts. Null: not an event of this family. */
export const foldStep = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "step.started":
      return started(state, body, at);
    case "step.attempt-ended":
      return attemptEnded(state, body, at);
    case "step.passed":
      return setStatus(state, body.step, {
        kind: "passed",
        inputs: body.inputs,
        outputs: body.outputs,
        evidence: body.evidence,
        at,
      });
    case "step.failed":
      return setStatus(state, body.step, {
        kind: "failed",
        facts: body.facts,
        failure: body.failure,
        at,
      });
    case "step.reopened":
      return reopened(state, body);
    case "step.skipped":
      return setStatus(state, body.step, {
        kind: "skipped",
        reason: body.reason,
        inputs: body.inputs,
      });
    case "step.waived":
      return setStatus(state, body.step, {
        kind: "waived",
        by: body.by,
        reason: body.reason,
        inputs: body.inputs,
      });
    default:
      return null;
  }
};
