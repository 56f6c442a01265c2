/** What is kept of every turn, however it ended. */
import type { EffectResult, RunDocument, TurnLineage } from "@tutti/protocol";
import { type Draft, emit } from "../draft.ts";
import type { Settled } from "./settled.ts";

const outcomeOf = (result: EffectResult): string => {
  if (result.kind === "turn.ended") return "ended";
  return result.kind === "failed" ? result.failure.code : "interrupted";
};

/** What an agent with its own login says of its models cannot be checked. */
const lineageOf = (state: RunDocument, agent: string): TurnLineage =>
  state.policy.config.agents[agent]?.credentials === "inside" ? "reported" : "declared";

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
    lineage: result.lineage ?? lineageOf(draft.state, payload.agent),
    usage: result.usage ?? null,
    durationMs: result.durationMs ?? 0,
  });
};
