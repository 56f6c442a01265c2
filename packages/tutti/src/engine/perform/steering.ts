/**
 * What people say to an agent in mid-turn. Nothing is kept here: the run's document has every word, so
 * what was said before a crash is in the next attempt's prompt.
 */
import type { RunEvent } from "@tutti/protocol";
import type { Work } from "./context.ts";

export type Steering = {
  /** Aborts when a person interrupts the prompt that begins now. */
  readonly begin: () => AbortSignal;
  /** What was said to the step since the last call, and since the prompt was made, oldest first. */
  readonly take: () => readonly string[];
  readonly [Symbol.dispose]: () => void;
};

const DEAF: Steering = {
  begin: () => new AbortController().signal,
  take: () => [],
  [Symbol.dispose]: () => undefined,
};

export const openSteering = (work: Work<"agent.turn"> | Work<"review.turn">): Steering => {
  const { payload, state, taken } = work;
  // A reviewer judges the change alone.
  if (payload.kind !== "agent.turn") return DEAF;
  const { step } = payload;
  let heard = state.comments.length;
  let prompt = new AbortController();
  const end = work.subscribe((events: readonly RunEvent[]) => {
    for (const { run, body } of events) {
      const isMine = run === state.id && body.type === "turn.messaged" && body.step === step;
      if (isMine && body.interrupts) prompt.abort();
    }
  });
  return {
    begin: () => {
      prompt = new AbortController();
      return prompt.signal;
    },
    take: () => {
      const comments = taken.document(state.id)?.comments ?? [];
      const news = comments.slice(heard).filter(({ on }) => on === step);
      heard = comments.length;
      return news.map(({ by, text }) => `${by}: ${text}`);
    },
    [Symbol.dispose]: end,
  };
};
