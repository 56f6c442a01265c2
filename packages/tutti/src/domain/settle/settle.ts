/** Results of workers. An effect settles once; what its result means is decided by its kind. */
import type { CommandOf, Effect, EffectResult } from "@tutti/protocol";
import { type Draft, emit, request, voidAsked } from "../draft.ts";
import { unreachable } from "../invariant.ts";
import { accountCancelled, accountTurn } from "./account.ts";
import { settleChecks } from "./checks.ts";
import { settleEdit } from "./edit.ts";
import { settleDispose, settlePrepare } from "./lifecycle.ts";
import { settleLanding, settleMerge } from "./merge.ts";
import { settleEvidence, settleReviewer } from "./review.ts";
import { settleCheckpoint, settleTurn } from "./turn.ts";

const route = (draft: Draft, effect: Effect, result: EffectResult): void => {
  const { payload } = effect;
  switch (payload.kind) {
    case "workspace.prepare":
      return settlePrepare(draft, result);
    case "agent.turn":
      accountTurn(draft, { effect, payload, result });
      return settleTurn(draft, { effect, payload, result });
    case "checkpoint.create":
      return payload.edit === undefined
        ? settleCheckpoint(draft, { effect, payload, result })
        : settleEdit(draft, { effect, payload, result });
    case "checks.run":
      return settleChecks(draft, { effect, payload, result });
    case "review.turn":
      accountTurn(draft, { effect, payload, result });
      return settleReviewer(draft, { effect, payload, result });
    case "evidence.run":
      return settleEvidence(draft, { effect, payload, result });
    case "landing.prepare":
      return settleLanding(draft, { effect, payload, result });
    case "merge.apply":
      return settleMerge(draft, { effect, payload, result });
    case "workspace.dispose":
      return settleDispose(draft, result);
    default:
      return unreachable(payload);
  }
};

/** Cut off in the middle, everything but a turn is simply done again; a turn costs money and is a new attempt. */
const isRepeatable = ({ payload }: Effect): boolean =>
  payload.kind !== "agent.turn" && payload.kind !== "review.turn";

export const settle = (draft: Draft, command: CommandOf<"effect.settle">) => {
  const effect = draft.state.effects[command.effect];
  if (effect === undefined) return accountCancelled(draft, command);
  voidAsked(draft, (asked) => asked.effect === effect.id, "its turn has ended");
  emit(draft, { type: "effect.settled", effect: effect.id, outcome: command.result.kind });
  if (command.result.kind === "interrupted" && isRepeatable(effect)) request(draft, effect.payload);
  else route(draft, effect, command.result);
  return null;
};
