/**
 * Before the workspace is given back, whatever writes it ends. A terminal is a person's work under way:
 * where the giving back would be refused all the same, it goes on.
 */
import type { Actor, RunDocument } from "@tutti/protocol";
import { decide } from "../domain/decide/decide.ts";
import type { OnceOnly, Store } from "./ports/store.ts";
import type { TerminalDesk } from "./terminals.ts";

type Parts = {
  readonly terminals: Pick<TerminalDesk, "endOf">;
  readonly store: Pick<Store, "request">;
  readonly now: number;
};
type Giving = {
  readonly state: RunDocument | null;
  readonly actor: Actor;
  readonly request: OnceOnly | null;
};

/** One that is opened in between makes the domain refuse. */
export async function endWhatWrites(
  { terminals, store, now }: Parts,
  { state, actor, request }: Giving,
): Promise<void> {
  // What was answered before is answered so again, or refused.
  const isKnown = request !== null && store.request(request.key) !== null;
  if (state === null || isKnown) return;
  const without = state.terminals.filter(({ access }) => access !== "writable");
  const after = { ...state, terminals: without };
  const decision = decide(after, { kind: "workspace.give" }, { now, actor });
  if (decision.kind === "rejected") return;
  await terminals.endOf(state.id, { reason: "given", only: "writable" });
}
