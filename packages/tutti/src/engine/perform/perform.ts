/** Performs one effect. What goes wrong outside is a result; a bug is thrown and bounded by the dispatcher. */
import type { Effect, EffectKind, EffectResult, RunDocument } from "@tutti/protocol";
import { unreachable } from "../../domain/invariant.ts";
import type { Deps } from "../ports/deps.ts";
import type { EgressAnswers } from "../ports/sandbox.ts";
import type { Baselines } from "./baseline.ts";
import {
  type AskPermission,
  type AskQuestion,
  type GiveMessages,
  resultOf,
  sourceOf,
  type Work,
} from "./context.ts";
import type { Taken } from "./models.ts";
import {
  performCheckpoint,
  performDispose,
  performLanding,
  performMerge,
  performPrepare,
} from "./repository.ts";
import { performReview, performTurn } from "./turn.ts";
import { performChecks, performEvidence } from "./verify.ts";

type Job = {
  readonly deps: Deps;
  readonly effect: Effect;
  readonly state: RunDocument;
  readonly signal: AbortSignal;
  readonly ask: AskPermission;
  readonly give: GiveMessages;
  readonly askQuestion: AskQuestion;
  /** Newest document of a run: what others took since counts too. */
  readonly document: Taken["document"];
  readonly egressAnswers: EgressAnswers;
  readonly subscribe: Work<"agent.turn">["subscribe"];
  readonly shared: Shared;
};

/** What the performers of all runs share. */
export type Shared = {
  readonly baselines: Baselines;
  /** Resolves when the fence has proved itself since the start; TuttiError `sandbox.leaks`. */
  readonly fence: () => Promise<void>;
};

/** Effects that run somebody's programs. */
const FENCED: ReadonlySet<EffectKind> = new Set([
  "workspace.prepare",
  "agent.turn",
  "review.turn",
  "checks.run",
  "evidence.run",
]);

const route = (job: Job): Promise<EffectResult> => {
  const { payload } = job.effect;
  const { deps, document } = job;
  const taken = { store: deps.store, now: deps.clock.now(), document };
  const shared = { ...job, source: sourceOf(job.state), taken };
  switch (payload.kind) {
    case "workspace.prepare":
      return performPrepare({ ...shared, payload });
    case "agent.turn":
      return performTurn({ ...shared, payload });
    case "review.turn":
      return performReview({ ...shared, payload });
    case "checkpoint.create":
      return performCheckpoint({ ...shared, payload });
    case "checks.run": {
      const check = () => performChecks({ ...shared, payload });
      const { baselines } = job.shared;
      return payload.on === "base" ? baselines.share(job.state, payload.checks, check) : check();
    }
    case "evidence.run":
      return performEvidence({ ...shared, payload });
    case "landing.prepare":
      return performLanding({ ...shared, payload });
    case "merge.apply":
      return performMerge({ ...shared, payload });
    case "workspace.dispose":
      return performDispose({ ...shared, payload });
    default:
      return unreachable(payload);
  }
};

export const performEffect = async (job: Job): Promise<EffectResult> => {
  try {
    const { isolation } = job.state.policy;
    if (isolation === "sandbox" && FENCED.has(job.effect.payload.kind)) await job.shared.fence();
    return await route(job);
  } catch (error) {
    if (job.signal.aborted) return { kind: "interrupted", reason: "it was stopped" };
    return resultOf(error);
  }
};
