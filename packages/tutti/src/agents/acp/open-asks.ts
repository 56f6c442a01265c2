/** What an agent asks in a turn and still waits for. Each belongs to one turn and is void when that turn ends. */
import type { AgentEvent } from "../../engine/ports/agents.ts";
import { OPEN_ASKS_MAX } from "./limits.ts";

/** The part of a turn that a request touches. */
export type Asking = {
  readonly emit: (event: AgentEvent) => void;
  readonly hold: () => void;
  readonly release: () => void;
};

type Open<About, Answer> = {
  readonly about: About;
  readonly settle: (answer: Answer) => void;
};

/** `nobody`: the answer when the turn ends first or the agent withdraws its request. */
export const createOpenAsks = <About, Answer>(name: string, nobody: Answer) => {
  const open = new Map<string, Open<About, Answer>>();
  let last = 0;

  return {
    isFull: (): boolean => open.size >= OPEN_ASKS_MAX,
    /** The turn's clock stands still meanwhile. */
    wait: async (
      about: About,
      { emit, hold, release }: Asking,
      { event, signal }: { event: (id: string) => AgentEvent; signal: AbortSignal },
    ): Promise<{ readonly id: string; readonly answer: Answer }> => {
      last += 1;
      const id = `${name}-${last}`;
      hold();
      const answered = new Promise<Answer>((resolve) => {
        open.set(id, { about, settle: resolve });
        signal.addEventListener("abort", () => resolve(nobody), { once: true });
      });
      emit(event(id));
      const answer = await answered;
      open.delete(id);
      release();
      return { id, answer };
    },
    find: (id: string): Open<About, Answer> | undefined => open.get(id),
    cancelAll: (): void => {
      for (const one of open.values()) one.settle(nobody);
    },
  };
};
