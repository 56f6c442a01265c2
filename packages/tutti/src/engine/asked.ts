/** What live sessions ask of people: asked as commands, answered by events, gone with their turn. */
import type { Actor, Command, Rejected, RunId } from "@tutti/protocol";

export type AskedOptions = {
  readonly handle: (
    run: RunId,
    command: Command,
    actor: Actor,
  ) => Promise<{ readonly kind: "accepted" } | Rejected>;
  readonly nextId: () => string;
};

/** Null stands for no answer: the turn ended first, or it could not be asked. */
export const createAsked = <Answer>({ handle, nextId }: AskedOptions) => {
  const waiting = new Map<string, (answer: Answer | null) => void>();

  const close = (id: string, answer: Answer | null): void => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  };

  const ask = async (
    run: RunId,
    commandOf: (id: string) => Command,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Answer | null> => {
    if (signal.aborted) return null;
    const id = nextId();
    const answered = Promise.withResolvers<Answer | null>();
    waiting.set(id, answered.resolve);
    const onAbort = () => close(id, null);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const outcome = await handle(run, commandOf(id), { kind: "system", part: "agents" });
      if (outcome.kind === "rejected") close(id, null);
      return await answered.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };

  return { ask, close };
};
