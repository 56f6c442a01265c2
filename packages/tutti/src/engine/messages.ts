/** What waits for an agent is given to it: on the record first, so that what was taken back never is. */
import type { Actor, Effect, MessageId } from "@tutti/protocol";
import type { GiveMessages } from "./perform/context.ts";
import type { Deps } from "./ports/deps.ts";
import type { Runs } from "./runs.ts";

const AGENTS: Actor = { kind: "system", part: "agents" };

/** Where that cannot be stored they wait on, and the turn goes on without them. */
export const createMessages =
  ({ handle, log }: Pick<Runs, "handle"> & Pick<Deps, "log">) =>
  ({ id, run }: Effect): GiveMessages =>
  async ({ opens }): Promise<readonly MessageId[]> => {
    try {
      const outcome = await handle(run, { kind: "message.give", effect: id, opens }, AGENTS);
      if (outcome.kind === "rejected") return [];
      return outcome.events.flatMap(({ body }) =>
        body.type === "message.given" ? body.messages : [],
      );
    } catch (error) {
      log("what people said could not be given to an agent", { effect: id, error: String(error) });
      return [];
    }
  };
