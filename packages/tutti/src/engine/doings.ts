/** What people do outside every run: it has no events, and stands in the audit all the same. */
import type { Actor, OutsideRuns } from "@tutti/protocol";
import type { Deps } from "./ports/deps.ts";
import type { Doing, Store } from "./ports/store.ts";
import { redactActor } from "./redaction.ts";

export type Doings = {
  /** Durable when it resolves. */
  readonly record: (
    actor: Actor,
    doing: {
      readonly did: OutsideRuns;
      readonly about: string;
      /** Where it was not just now. */
      readonly at?: number;
    },
  ) => Promise<void>;
  readonly doings: (query: Parameters<Store["doings"]>[0]) => readonly Doing[];
};

export const createDoings = ({
  store,
  clock,
  redactor,
}: Pick<Deps, "store" | "clock" | "redactor">): Doings => ({
  record: (actor, { did: action, about: detail, at = clock.now() }) =>
    store.audit({
      run: null,
      at,
      actor: redactActor(actor, redactor.text),
      action,
      outcome: "accepted",
      detail,
    }),
  doings: (query) => store.doings(query),
});
