/**
 * Ends the turns of a run at once, as a restart of the daemon would: each is settled as interrupted, its
 * process tree is gone, and nothing of what it had made is lost.
 */
import type { Effect, EffectId, EffectResult, RunId } from "@tutti/protocol";

type Halted = Disposable & {
  readonly signal: AbortSignal;
  /** What a turn made by its end counts as cut off, however politely the agent ended it. */
  readonly resultOf: (result: EffectResult) => EffectResult;
};

const cutOff = (result: EffectResult): EffectResult => {
  if (result.kind !== "turn.ended") return result;
  const { usage, durationMs } = result;
  return { kind: "interrupted", reason: "it was stopped", usage, durationMs, wasPrompted: true };
};

export type Halts = {
  /** For as long as the effect is performed. */
  readonly begin: (effect: Effect) => Halted;
  readonly halt: (run: RunId) => void;
};

export const createHalts = (): Halts => {
  const turns = new Map<EffectId, { readonly run: RunId; readonly halt: AbortController }>();
  return {
    begin: ({ id, run, payload }) => {
      const halt = new AbortController();
      const isTurn = payload.kind === "agent.turn" || payload.kind === "review.turn";
      if (isTurn) turns.set(id, { run, halt });
      return {
        signal: halt.signal,
        resultOf: cutOff,
        [Symbol.dispose]: () => void turns.delete(id),
      };
    },
    halt: (run) => {
      for (const turn of turns.values()) if (turn.run === run) turn.halt.abort();
    },
  };
};
