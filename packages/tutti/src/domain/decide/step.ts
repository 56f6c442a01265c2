import type { CommandOf, Facts, Rejected, RunDocument, StepKey } from "@tutti/protocol";
import { authorStep, isAuthorBusy } from "../back-edge.ts";
import { cancelEffects, type Draft, emit, endAttempt, reject } from "../draft.ts";
import { asksWhenStale, needsHold } from "../holds.ts";
import { inputsOf } from "../inputs.ts";
import { effectsOf, isInstance, stepByKey, stepState } from "../steps.ts";
import { returnTo } from "./approval.ts";
import { actorName, prepareWorkspace } from "./run.ts";

const failedKeys = (state: RunDocument): readonly StepKey[] =>
  Object.values(state.steps)
    .filter((step) => step.status.kind === "failed" && isInstance(state, step.key))
    .map((step) => step.key);

export const retryRun = (draft: Draft, command: CommandOf<"run.retry">): Rejected | null => {
  const { state } = draft;
  if (state.workspace.kind === "broken" && Object.keys(state.effects).length === 0) {
    prepareWorkspace(draft);
    return null;
  }
  const keys =
    command.step === undefined
      ? failedKeys(state)
      : failedKeys(state).filter((key) => key === command.step);
  if (keys.length === 0)
    return reject(
      "step.not-open",
      command.step === undefined ? "nothing has failed" : `${command.step} has not failed`,
    );
  for (const key of keys) {
    const facts: Facts = {
      summary: `${actorName(draft)} asks for another try`,
      details: command.note === undefined ? [] : [command.note],
    };
    emit(draft, {
      type: "step.reopened",
      step: key,
      because: key,
      facts,
      round: stepState(draft.state, key).rounds,
    });
  }
  return null;
};

/** Any step may be waived by a person with a reason; the waiver holds for what is there now. */
export const waiveStep = (draft: Draft, command: CommandOf<"step.waive">): Rejected | null => {
  if (!isInstance(draft.state, command.step))
    return reject("step.unknown", `there is no step ${command.step}`);
  const step = stepByKey(draft.state, command.step);
  if (step.kind === "merge")
    return reject("step.not-open", "a merge cannot be waived; cancel the run instead");
  if (step.kind === "approval")
    return reject("step.not-open", "an approval is given or refused, not waived");
  if (!needsHold(draft.state, step))
    return reject("step.not-open", `${command.step} has not been reached yet`);
  cancelEffects(draft, effectsOf(draft.state, command.step), "the step was waived");
  endAttempt(draft, command.step, { outcome: "waived" });
  emit(draft, {
    type: "step.waived",
    step: command.step,
    by: actorName(draft),
    reason: command.reason,
    inputs: inputsOf(draft.state, command.step),
  });
  return null;
};

/** A stale step of an agent: its pass or waiver is renewed for the present inputs, or it runs again. */
export const renewStep = (draft: Draft, command: CommandOf<"step.renew">): Rejected | null => {
  const { state } = draft;
  if (!isInstance(state, command.step) || !asksWhenStale(state, command.step))
    return reject("step.not-open", `${command.step} does not wait for this answer`);
  const { status, rounds } = stepState(state, command.step);
  if (command.answer === "holds" && status.kind === "waived") {
    emit(draft, {
      type: "step.waived",
      step: command.step,
      by: actorName(draft),
      reason: status.reason,
      inputs: inputsOf(state, command.step),
    });
    return null;
  }
  if (command.answer === "holds") {
    const outputs = status.kind === "passed" ? status.outputs : {};
    emit(draft, {
      type: "step.passed",
      step: command.step,
      inputs: inputsOf(state, command.step),
      outputs,
      evidence: [`${actorName(draft)} says that it still holds`],
    });
    return null;
  }
  const facts: Facts = {
    summary: "what this step was made from has changed",
    details: ["Bring the work in line with the present specification."],
  };
  emit(draft, {
    type: "step.reopened",
    step: command.step,
    because: command.step,
    facts,
    round: rounds,
  });
  return null;
};

/** A person sends the candidate back to the author at any time after there is one. */
export const returnWork = (draft: Draft, command: CommandOf<"work.return">): Rejected | null => {
  const author = authorStep(draft.state);
  if (author === null || draft.state.candidate === null)
    return reject("step.not-open", "there is no candidate to send back");
  if (isAuthorBusy(draft.state)) return reject("workspace.busy", "the author is working already");
  const active = draft.state.workflow.steps
    .filter((step) => ["checks", "review", "merge"].includes(step.kind))
    .map((step) => stepState(draft.state, step.id))
    .filter((step) => step.status.kind === "active" || step.status.kind === "failed");
  // What failed goes along: a person's words may only say what to do about it.
  const failed = active.flatMap(({ key, status }) =>
    status.kind === "failed" ? [`${key}: ${status.facts.summary}`, ...status.facts.details] : [],
  );
  const [because, ...others] = active.length === 0 ? [stepState(draft.state, author.id)] : active;
  for (const step of others) {
    cancelEffects(draft, effectsOf(draft.state, step.key), "a person asked for changes");
    emit(draft, {
      type: "step.reopened",
      step: step.key,
      because: step.key,
      facts: { summary: "sent back by a person", details: [] },
      round: step.rounds,
    });
  }
  return returnTo(draft, {
    id: author.id,
    because: because?.key ?? stepState(draft.state, author.id).key,
    comment: command.comment,
    failed,
  });
};

export const addComment = (draft: Draft, command: CommandOf<"comment.add">): Rejected | null => {
  emit(draft, { type: "comment.added", by: actorName(draft), on: command.on, text: command.text });
  return null;
};

/** A person edits a specification, contract or plan; what rests on it becomes stale by itself. */
export const amendArtifact = (
  draft: Draft,
  command: CommandOf<"artifact.amend">,
): Rejected | null => {
  const { artifacts } = draft.state;
  const { name } = command.artifact;
  const known = Object.hasOwn(artifacts, name) ? artifacts[name] : undefined;
  if (known === undefined) return reject("artifact.unknown", `there is no artifact ${name}`);
  if (known.artifact.hash === command.artifact.hash) return null;
  if (command.replaces !== undefined && command.replaces !== known.artifact.hash)
    return reject("artifact.changed", `${known.artifact.name} was changed in the meantime`);
  emit(draft, {
    type: "artifact.stored",
    artifact: command.artifact,
    data: command.data,
    step: known.step,
    by: actorName(draft),
  });
  return null;
};
