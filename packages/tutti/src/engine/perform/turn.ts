/** Turns of planners, authors and reviewers: the place, the prompt, the session. */
import type { AgentStep, EffectResult, RunDocument, WorkflowStep } from "@tutti/protocol";
import { invariant } from "../../domain/invariant.ts";
import { itemOf, stepByKey, stepState, upstreamOf } from "../../domain/steps.ts";
import type { PromptInput } from "../ports/rules.ts";
import type { Diff } from "../ports/workspaces.ts";
import { artifactTexts } from "./artifacts.ts";
import { turnSession, type Work } from "./context.ts";
import { runSession } from "./session.ts";

/** A reviewer reads at most this much of a diff; what is cut is said. */
const REVIEW_DIFF_MAX_BYTES = 400_000;

/** A model that is asked directly sees nothing but the prompt, so the whole diff must fit into it. */
const API_DIFF_MAX_BYTES = 100_000;

/** Artifacts of the steps before this one, oldest first. */
const anchors = (state: RunDocument, step: WorkflowStep): readonly string[] =>
  upstreamOf(state, step).flatMap((upstream) =>
    upstream.kind === "agent" ? upstream.produces : [],
  );

/** What a reviewer is anchored to: what was approved as what to build, and the contract of the run; never an author's report. */
const approved = (state: RunDocument): readonly string[] => {
  const names = state.workflow.steps.flatMap((step) =>
    step.kind === "approval" ? step.of.filter((name) => name !== "candidate") : [],
  );
  return [...new Set([...names, "contract.yaml"])];
};

const authorInput = async (work: Work<"agent.turn">, step: AgentStep): Promise<PromptInput> => {
  const { deps, payload, state } = work;
  const artifacts = await artifactTexts(deps, state, anchors(state, step));
  return {
    state,
    step,
    key: payload.step,
    attempt: payload.attempt,
    artifacts,
    item: itemOf(state, payload.step),
    facts: stepState(state, payload.step).facts,
    // What people said is taken when the session is there.
    comments: [],
    diff: null,
  };
};

export const performTurn = async (work: Work<"agent.turn">): Promise<EffectResult> => {
  const { deps, effect, payload, source, state } = work;
  const step = stepByKey(state, payload.step);
  invariant(step.kind === "agent", "an agent turn belongs to an agent step");
  const input = await authorInput(work, step);
  const job = {
    input,
    produces: payload.produces,
    session: turnSession(state, payload),
  };
  if (payload.access === "workspace")
    return await runSession(work, { ...job, place: await deps.workspaces.authorPlace(source) });
  await using copy = await deps.workspaces.throwAway(source, {
    key: effect.id,
    commit: payload.start,
    purpose: "read-only",
  });
  return await runSession(work, { ...job, place: copy.place });
};

/** Null unless the reviewer could see only a part of the change. */
const refusedForSize = (work: Work<"review.turn">, diff: Diff): EffectResult | null => {
  const { payload, state } = work;
  if (state.policy.config.agents[payload.agent]?.api === undefined) return null;
  const bytes = Buffer.byteLength(diff.patch);
  if (!diff.truncated && bytes <= API_DIFF_MAX_BYTES) return null;
  const size = diff.truncated ? `more than ${REVIEW_DIFF_MAX_BYTES}` : String(bytes);
  const message = `The change has ${size} bytes of diff; ${payload.agent} asks a model directly, which is given at most ${API_DIFF_MAX_BYTES}.`;
  return { kind: "failed", failure: { code: "review.too-large", message, retry: "never" } };
};

export const performReview = async (work: Work<"review.turn">): Promise<EffectResult> => {
  const { deps, effect, payload, source, state } = work;
  const diff = await deps.workspaces.diff(source, {
    from: payload.base,
    to: payload.candidate.commit,
    maxBytes: REVIEW_DIFF_MAX_BYTES,
  });
  const tooLarge = refusedForSize(work, diff);
  if (tooLarge !== null) return tooLarge;
  const patch = diff.truncated
    ? `${diff.patch}\n(the diff is longer; the whole change is the last commit of the work tree)`
    : diff.patch;
  const artifacts = await artifactTexts(deps, state, approved(state));
  const input: PromptInput = {
    state,
    step: stepByKey(state, payload.step),
    key: payload.step,
    attempt: payload.attempt,
    artifacts,
    item: null,
    facts: [],
    comments: [],
    diff: patch,
  };
  await using copy = await deps.workspaces.throwAway(source, {
    key: effect.id,
    commit: payload.candidate.commit,
    purpose: "review",
  });
  return await runSession(work, {
    place: copy.place,
    input,
    produces: ["findings.json"],
    session: turnSession(state, payload),
  });
};
