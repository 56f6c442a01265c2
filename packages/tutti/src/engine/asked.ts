/** What live sessions ask of people: asked as commands, answered by events, gone with their turn. */
import type { Actor, Command, Rejected, RunId } from "@tutti/protocol";
import type { AskedUntil } from "./perform/context.ts";

export type AskedOptions = {
  readonly handle: (
    run: RunId,
    command: Command,
    actor: Actor,
  ) => Promise<{ readonly kind: "accepted" } | Rejected>;
  readonly nextId: () => string;
};

const AGENTS: Actor = { kind: "system", part: "agents" };

/** Null stands for no answer: the turn ended or the agent left first, or it could not be asked. */
export const createAsked = <Answer>({ handle, nextId }: AskedOptions) => {
  const waiting = new Map<string, (answer: Answer | null) => void>();

  const close = (id: string, answer: Answer | null): void => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  };

  const ask = async (
    run: RunId,
    commandOf: (id: string) => Command,
    { signal, gone }: AskedUntil,
  ): Promise<Answer | null> => {
    const ended = AbortSignal.any([signal, gone]);
    if (ended.aborted) return null;
    const id = nextId();
    const answered = Promise.withResolvers<Answer | null>();
    waiting.set(id, answered.resolve);
    const onAbort = () => close(id, null);
    ended.addEventListener("abort", onAbort, { once: true });
    try {
      const outcome = await handle(run, commandOf(id), AGENTS);
      if (outcome.kind === "rejected") close(id, null);
      const answer = await answered.promise;
      // The end of a turn voids what it asked; here it goes on, and nobody is to be asked in vain.
      if (outcome.kind === "accepted" && gone.aborted && !signal.aborted)
        await handle(run, { kind: "asked.withdraw", asked: id }, AGENTS);
      return answer;
    } finally {
      waiting.delete(id);
      ended.removeEventListener("abort", onAbort);
    }
  };

  return { ask, close };
};
