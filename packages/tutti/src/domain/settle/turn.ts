/** An author's or planner's attempt: turn → artifacts → checkpoint → gate → pass, or one more attempt with the facts. */
import type { AgentStep, EffectResult, Facts, Failure, StepKey } from "@tutti/protocol";
import { cancelEffects, type Draft, emit, endAttempt, fail, pass, request } from "../draft.ts";
import { UNKNOWN_FAMILY } from "../family.ts";
import { invariant } from "../invariant.ts";
import { RETRY_BACKOFF_MS } from "../limits.ts";
import { checkpointAuthors } from "../lineage.ts";
import { requestCheckpoint, requestGate, requestTurn, UNRECORDED } from "../start.ts";
import { effectsOf, stepByKey, stepState } from "../steps.ts";
import { failureFacts, failureOf } from "./failure.ts";
import type { Settled } from "./settled.ts";

const agentStep = (draft: Draft, key: StepKey): AgentStep => {
  const step = stepByKey(draft.state, key);
  invariant(step.kind === "agent", `${key} is an agent step`);
  return step;
};

/** One more attempt while the step's bound allows; else a person is asked. */
export const retryOrFail = (
  draft: Draft,
  key: StepKey,
  end: { outcome: string; facts: Facts; failure: Failure | null },
): void => {
  const step = agentStep(draft, key);
  const { tries } = stepState(draft.state, key);
  if (end.failure?.retry === "never" || tries > step.retry.max) {
    fail(draft, key, { ...end.facts, failure: end.failure });
    return;
  }
  endAttempt(draft, key, { outcome: end.outcome, facts: end.facts });
  const isPaused = draft.state.paused !== null;
  if (isPaused || draft.state.takenBy !== null) {
    emit(draft, {
      type: "step.reopened",
      step: key,
      because: key,
      facts: end.facts,
      round: stepState(draft.state, key).rounds,
    });
    return;
  }
  requestTurn(
    draft,
    key,
    end.failure === null ? null : draft.now + RETRY_BACKOFF_MS * 2 ** (tries - 1),
  );
};

/** Cut off by a restart or a stop: a new attempt, whose cost is shown; it does not count against the bound. */
const interrupted = (
  draft: Draft,
  key: StepKey,
  result: Extract<EffectResult, { kind: "interrupted" }>,
): void => {
  endAttempt(draft, key, { outcome: "interrupted" });
  const facts = {
    summary: "an earlier attempt was cut off in the middle",
    details: [result.reason, "The workspace is as that attempt left it."],
  };
  emit(draft, {
    type: "step.reopened",
    step: key,
    because: key,
    facts,
    round: stepState(draft.state, key).rounds,
  });
};

type TurnEnded = Extract<EffectResult, { kind: "turn.ended" }>;

const storeArtifacts = (
  draft: Draft,
  { payload }: Settled<"agent.turn">,
  artifacts: TurnEnded["artifacts"],
): void => {
  for (const { data, ...artifact } of artifacts)
    emit(draft, { type: "artifact.stored", artifact, data, step: payload.step, by: payload.agent });
};

export const settleTurn = (draft: Draft, settled: Settled<"agent.turn">): void => {
  const { payload, result } = settled;
  const key = payload.step;
  if (result.kind === "interrupted") return interrupted(draft, key, result);
  if (result.kind !== "turn.ended") {
    const failure = failureOf(result);
    return retryOrFail(draft, key, {
      outcome: failure.code,
      facts: failureFacts(failure),
      failure,
    });
  }
  if (result.problems.length > 0) {
    return retryOrFail(draft, key, {
      outcome: "invalid artifacts",
      facts: {
        summary: "what the step must produce is missing or invalid",
        details: result.problems,
      },
      failure: null,
    });
  }
  storeArtifacts(draft, settled, result.artifacts);
  if (payload.access === "workspace") {
    requestCheckpoint(draft, key, { by: payload.agent });
    return;
  }
  return gateReadOnly(draft, key);
};

/** A step that only reads passes on its artifacts; an investigation must also have reproduced the defect on the base. */
const gateReadOnly = (draft: Draft, key: StepKey): void => {
  const step = agentStep(draft, key);
  const artifact = Object.values(draft.state.artifacts).find(
    (stored) => stored.step === key && stored.data.kind === "reproduction",
  );
  if (step.gate.reproduction === undefined || artifact?.data.kind !== "reproduction") {
    pass(draft, key, {
      outputs: outputsOf(draft, step),
      evidence: step.produces.map((name) => `${name} is there and valid`),
    });
    return;
  }
  request(draft, {
    kind: "evidence.run",
    step: key,
    subject: artifact.artifact.name,
    reproduction: artifact.data.reproduction,
    base: draft.state.base.commit,
    candidate: null,
  });
};

export const outputsOf = (draft: Draft, step: AgentStep): Record<string, string> =>
  Object.fromEntries(
    step.produces.flatMap((name) => {
      const hash = draft.state.artifacts[name]?.artifact.hash;
      return hash === undefined ? [] : [[`artifact:${name}`, hash]];
    }),
  );

export const settleCheckpoint = (
  draft: Draft,
  { payload, result }: Settled<"checkpoint.create">,
): void => {
  if (result.kind !== "checkpoint.created") {
    const failure = failureOf(result);
    if (payload.step === null) return giveBack(draft, { by: payload.by, reason: failure.message });
    // The turn itself is done and paid for: only its commit is tried again.
    const end = { outcome: UNRECORDED, facts: failureFacts(failure) };
    endAttempt(draft, payload.step, end);
    return retryOrFail(draft, payload.step, { ...end, failure });
  }
  const isPerson = payload.step === null;
  const authors = checkpointAuthors(draft.state, { by: payload.by, isPerson });
  if (result.changed.length > 0 || draft.state.candidate === null) {
    emit(draft, {
      type: "checkpoint.created",
      candidate: result.candidate,
      parent: result.parent,
      changed: result.changed,
      step: payload.step,
      by: payload.by,
      family: authors.at(-1)?.family ?? UNKNOWN_FAMILY,
      authors: [...authors],
    });
  }
  if (result.changed.length > 0) restartGates(draft);
  if (payload.step === null) return;
  if (result.changed.length === 0) {
    const facts = {
      summary: "the attempt changed nothing",
      details: [
        "The step writes the workspace, and its work tree is as it was before. An agent's word that it is done does not count.",
      ],
    };
    return retryOrFail(draft, payload.step, { outcome: "no change", facts, failure: null });
  }
  return gateWriter(draft, payload.step);
};

/** The work stays the person's: nobody else may commit it as their own. */
const giveBack = (draft: Draft, { by, reason }: { by: string; reason: string }): void => {
  emit(draft, { type: "workspace.taken", by });
  const text = `the work of ${by} could not be made a commit: ${reason}`;
  emit(draft, { type: "comment.added", by: "tutti", on: "workspace", text });
};

/** A commit arrived while gates were looking at the candidate before it: they begin again. */
export const restartGates = (draft: Draft): void => {
  const active = Object.values(draft.state.steps).filter(
    (step) => step.status.kind === "active" && stepByKey(draft.state, step.key).kind !== "agent",
  );
  for (const { key, rounds } of active) {
    const facts = { summary: "the candidate changed", details: [] };
    cancelEffects(draft, effectsOf(draft.state, key), "the candidate changed");
    endAttempt(draft, key, { outcome: "the candidate changed" });
    emit(draft, { type: "step.reopened", step: key, because: key, facts, round: rounds });
  }
};

const gateWriter = (draft: Draft, key: StepKey): void => {
  const step = agentStep(draft, key);
  const { candidate } = draft.state;
  invariant(candidate, "a checkpoint makes a candidate");
  if (step.gate.checks.length === 0) {
    pass(draft, key, {
      outputs: { candidate: candidate.commit },
      evidence: [`checkpoint ${candidate.commit.slice(0, 12)}`],
    });
    return;
  }
  requestGate(draft, key);
};
