/** An approval of the change says how much of it was seen, wherever it is given. */
import type { Actor, RunDocument, Seen } from "@tutti/protocol";
import { hunkHeads } from "@tutti/protocol/hunk-heads";
import { actorName } from "../domain/decide/run.ts";
import { seenCount } from "../domain/seen.ts";
import type { PersonCommand } from "./api.ts";
import { sourceOf } from "./perform/context.ts";
import type { Deps } from "./ports/deps.ts";

type Asked = { readonly state: RunDocument | null; readonly actor: Actor };

/** With what the daemon knows of it; what the person's own browser counted stands where it is more. */
export async function seenWithApproval(
  deps: Pick<Deps, "workspaces">,
  { state, actor }: Asked,
  command: PersonCommand,
): Promise<PersonCommand> {
  if (command.kind !== "approval.give" || state === null) return command;
  if (!isOfChange(state, command.step)) return command;
  const seen = await seenBy(deps, state, actorName({ actor }));
  const isLess = seen === null || (command.seen?.hunks ?? -1) > seen.hunks;
  return isLess ? command : { ...command, seen };
}

const isOfChange = ({ workflow }: RunDocument, id: string): boolean =>
  workflow.steps.some(
    (step) => step.id === id && step.kind === "approval" && step.of.includes("candidate"),
  );

/** Null: nothing is known of this person and this candidate. */
async function seenBy(
  { workspaces }: Pick<Deps, "workspaces">,
  state: RunDocument,
  by: string,
): Promise<Seen | null> {
  const { candidate, base } = state;
  if (candidate === null) return null;
  const isKnown = state.seen.some((one) => one.by === by && one.candidate === candidate.commit);
  if (!isKnown) return null;
  const range = { from: base.commit, to: candidate.commit };
  const files = await workspaces.changes(sourceOf(state), range);
  const { patch, truncated } = await workspaces.diff(sourceOf(state), range);
  const hunks = truncated ? null : hunkHeads(patch).length;
  return seenCount(state, by, { files: files.length, hunks });
}
