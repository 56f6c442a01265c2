/** What is kept of every turn, however it ended. */
import type { EffectResult } from "@tutti/protocol";
import { type Draft, emit } from "../draft.ts";
import type { Settled } from "./settled.ts";

const outcomeOf = (result: EffectResult): string => {
  if (result.kind === "turn.ended") return "ended";
  return result.kind === "failed" ? result.failure.code : "interrupted";
};

type Turn = Settled<"agent.turn"> | Settled<"review.turn">;

export const accountTurn = (draft: Draft, { payload, result }: Turn): void => {
  if (result.kind !== "turn.ended" && result.kind !== "failed" && result.kind !== "interrupted")
    return;
  emit(draft, {
    type: "turn.ended",
    step: payload.step,
    agent: payload.agent,
    outcome: outcomeOf(result),
    served: result.served ?? [],
    lineage: result.lineage ?? "declared",
    usage: result.kind === "turn.ended" ? result.usage : null,
    durationMs: result.durationMs ?? 0,
  });
};
