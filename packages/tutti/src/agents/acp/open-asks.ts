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
  readonly leave: () => void;
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
      {
        event,
        signal,
      }: { event: (id: string, gone: AbortSignal) => AgentEvent; signal: AbortSignal },
    ): Promise<{ readonly id: string; readonly answer: Answer }> => {
      last += 1;
      const id = `${name}-${last}`;
      hold();
      const gone = new AbortController();
      const answered = new Promise<Answer>((resolve) => {
        const leave = (): void => {
          resolve(nobody);
          gone.abort();
        };
        open.set(id, { about, settle: resolve, leave });
        signal.addEventListener("abort", leave, { once: true });
      });
      emit(event(id, gone.signal));
      const answer = await answered;
      open.delete(id);
      release();
      return { id, answer };
    },
    find: (id: string): Open<About, Answer> | undefined => open.get(id),
    cancelAll: (): void => {
      for (const one of open.values()) one.leave();
    },
  };
};
