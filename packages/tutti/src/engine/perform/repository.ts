/** Workspaces, checkpoints and the merge. */
import type { Author, EffectResult, RunDocument } from "@tutti/protocol";
import { note, outputTo, sessionName, type Work } from "./context.ts";

export const performPrepare = async ({
  deps,
  signal,
  source,
  state,
  egressAnswers,
}: Work<"workspace.prepare">): Promise<EffectResult> => {
  const session = sessionName(state, "setup");
  const prepared = await deps.workspaces.prepare(source, {
    onOutput: outputTo(deps, session),
    signal,
    egressAnswers,
  });
  for (const fact of prepared.facts) note(deps, session, fact);
  return { kind: "workspace.prepared", root: prepared.root, facts: [...prepared.facts] };
};

export const performCheckpoint = async ({
  deps,
  effect,
  payload,
  source,
}: Work<"checkpoint.create">): Promise<EffectResult> => {
  const { edit, message } = payload;
  if (edit !== undefined) {
    const edited = await deps.workspaces.editCandidate(source, { key: effect.id, message, edit });
    return { kind: "checkpoint.created", ...edited, changed: [...edited.changed] };
  }
  const author =
    payload.step === null
      ? null
      : { name: payload.by, email: `${payload.by}@agents.tutti.invalid` };
  const made = await deps.workspaces.checkpoint(source, {
    key: effect.id,
    message,
    author,
  });
  return {
    kind: "checkpoint.created",
    candidate: made.candidate,
    parent: made.parent,
    changed: [...made.changed],
  };
};

/** The served models where they were metered, else what the configuration names. */
const modelsOf = (state: RunDocument, { name, family, models }: Author): string =>
  models.length > 0
    ? `${models.join(",")} (${family})`
    : (state.policy.config.agents[name]?.model ?? family);

/** Who did what, in the commit: the run, and each agent with its model. A person is the author of a commit, not a trailer. */
const trailersOf = (state: RunDocument): string[] => [
  `Tutti-Run: ${state.id}`,
  ...state.authors
    .filter((author) => author.family !== "human")
    .map((author) => `Assisted-by: ${author.name}:${modelsOf(state, author)}`),
];

export const performLanding = async ({
  deps,
  effect,
  payload,
  source,
  state,
}: Work<"landing.prepare">): Promise<EffectResult> => {
  const { branch: target, to } = state.target;
  const landing = await deps.workspaces.landing(source, {
    key: effect.id,
    target,
    to,
    candidate: payload.candidate,
    trailers: trailersOf(state),
    title: state.task.title,
    at: state.startedAt,
  });
  if (landing.kind === "conflict")
    return { kind: "landing.conflict", tip: landing.tip, paths: [...landing.paths] };
  return {
    kind: "landing.prepared",
    tip: landing.tip,
    landing: landing.landing,
    overlap: [...landing.overlap],
  };
};

export const performMerge = async ({
  deps,
  effect,
  payload,
  source,
  state,
}: Work<"merge.apply">): Promise<EffectResult> => {
  const { branch: target, to } = state.target;
  const applied = await deps.workspaces.apply(source, {
    key: effect.id,
    target,
    to,
    tip: payload.tip,
    landing: payload.landing,
    candidate: payload.candidate,
  });
  if (applied.kind === "refused")
    return { kind: "merge.refused", reason: applied.reason, message: applied.message };
  return {
    kind: "merge.applied",
    commit: applied.commit,
    target: applied.target,
    workTree: applied.workTree,
  };
};

export const performDispose = async ({
  deps,
  source,
}: Work<"workspace.dispose">): Promise<EffectResult> => {
  const { parked, vault } = await deps.workspaces.dispose(source);
  return { kind: "workspace.disposed", parked: [...parked], vault };
};
