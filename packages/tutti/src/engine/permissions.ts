/** Open questions of live sessions: asked as commands, answered by events, gone with their turn. */
import type { Actor, Command, EffectId, Rejected, RunEvent, RunId } from "@tutti/protocol";
import type { AskPermission } from "./perform/context.ts";

type Waiting = { readonly effect: EffectId; readonly resolve: (option: string | null) => void };
type Handle = (
  run: RunId,
  command: Command,
  actor: Actor,
) => Promise<{ readonly kind: "accepted" } | Rejected>;

export const createPermissions = (options: {
  readonly handle: Handle;
  readonly nextId: () => string;
}) => {
  const waiting = new Map<string, Waiting>();

  const close = (permission: string, option: string | null): void => {
    waiting.get(permission)?.resolve(option);
    waiting.delete(permission);
  };

  const ask: AskPermission = async (question, { signal }) => {
    if (signal.aborted) return null;
    const permission = options.nextId();
    const answered = Promise.withResolvers<string | null>();
    waiting.set(permission, { effect: question.effect.id, resolve: answered.resolve });
    const onAbort = () => close(permission, null);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const command: Command = {
        kind: "permission.ask",
        permission,
        effect: question.effect.id,
        title: question.title,
        detail: question.detail,
        options: [...question.options],
        facts: question.facts,
      };
      const outcome = await options.handle(question.effect.run, command, {
        kind: "system",
        part: "agents",
      });
      if (outcome.kind === "rejected") close(permission, null);
      return await answered.promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  };

  /** Called with every stored event. */
  const observe = (events: readonly RunEvent[]): void => {
    for (const { body } of events) {
      if (body.type === "permission.answered") close(body.permission, body.option);
      if (body.type === "permission.voided") close(body.permission, null);
    }
  };

  return { ask, observe };
};
