/**
 * Ends the turns of a run at once, as a restart of the daemon would: each is settled as interrupted, its
 * process tree is gone, and nothing of what it had made is lost.
 */
import type { Actor, CommandOf, Effect, EffectId, EffectResult, RunId } from "@tutti/protocol";
import type { Engine } from "./api.ts";
import { outcomeOf } from "./outcome.ts";
import type { Runs } from "./runs.ts";

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

/** A pause that could not be stored. */
type Owed = { readonly pause: CommandOf<"run.pause">; readonly actor: Actor };

export type Halts = {
  /** For as long as the effect is performed. */
  readonly begin: (effect: Effect) => Halted;
  /** Says whether there was any turn to end. */
  readonly halt: (run: RunId) => boolean;
  readonly owed: Map<RunId, Owed>;
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
      const ended = [...turns.values()].filter((turn) => turn.run === run);
      for (const turn of ended) turn.halt.abort();
      return ended.length > 0;
    },
    owed: new Map(),
  };
};

/** A switch works on a full disk too: the turns end, and whoever threw it is told what is not stored. */
export const haltIn =
  (runs: Pick<Runs, "handle">, halts: Halts): Engine["halt"] =>
  async (run, reason, actor) => {
    const pause = { kind: "run.pause", reason } as const;
    try {
      const paused = await runs.handle(run, pause, actor);
      halts.halt(run);
      return outcomeOf(run, paused);
    } catch (error) {
      if (halts.halt(run)) halts.owed.set(run, { pause, actor });
      throw error;
    }
  };

/** Before the end of a turn is stored: a run that was stopped begins no other turn by itself. */
export const payOwed = async (
  runs: Pick<Runs, "handle">,
  { owed }: Pick<Halts, "owed">,
  run: RunId,
): Promise<void> => {
  const due = owed.get(run);
  if (due === undefined) return;
  await runs.handle(run, due.pause, due.actor);
  owed.delete(run);
};
