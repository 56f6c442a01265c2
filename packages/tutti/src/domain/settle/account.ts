/** What is kept of every turn, however it ended. */
import type { CommandOf, EffectResult, Rejected, RunDocument, TurnLineage } from "@tutti/protocol";
import { type Draft, emit, reject } from "../draft.ts";
import type { Settled } from "./settled.ts";

const outcomeOf = (result: EffectResult): string => {
  if (result.kind === "turn.ended") return "ended";
  return result.kind === "failed" ? result.failure.code : "interrupted";
};

/** What an agent with its own login says of its models cannot be checked. */
const lineageOf = (state: RunDocument, agent: string): TurnLineage =>
  state.policy.config.agents[agent]?.credentials === "inside" ? "reported" : "declared";

type Turn = Settled<"agent.turn" | "review.turn">;

export const accountTurn = (draft: Draft, { effect, payload, result }: Turn): void => {
  const isCancelled = draft.state.unaccounted.some(({ id }) => id === effect.id);
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
    ...(result.kind === "turn.ended" || result.wasPrompted === undefined
      ? {}
      : { wasPrompted: result.wasPrompted }),
    ...(isCancelled ? { cancelled: effect.id } : {}),
  });
};

/** What a cancelled turn took and who served it, told by its worker when that has ended: nothing else of it counts. */
export const accountCancelled = (
  draft: Draft,
  command: CommandOf<"effect.settle">,
): Rejected | null => {
  const { effect: id, result } = command;
  const effect = draft.state.unaccounted.find((turn) => turn.id === id);
  const { payload } = effect ?? {};
  if (effect === undefined || (payload?.kind !== "agent.turn" && payload?.kind !== "review.turn"))
    return reject("effect.unknown", `effect ${id} was settled or cancelled before`);
  accountTurn(draft, { effect, payload, result });
  return null;
};
