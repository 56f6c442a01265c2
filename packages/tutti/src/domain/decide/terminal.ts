/**
 * Terminals of people in the workspace. One writes the work tree only while its person has taken it,
 * and is gone before the workspace is given back: what an agent is credited with no terminal wrote.
 */
import type { CommandOf, Rejected } from "@tutti/protocol";
import { type Draft, emit, reject } from "../draft.ts";
import { TERMINALS_OPEN_MAX } from "../limits.ts";
import { actorName } from "./run.ts";

export const openTerminal = (
  draft: Draft,
  command: CommandOf<"terminal.open">,
): Rejected | null => {
  const { workspace, takenBy, terminals, policy } = draft.state;
  if (workspace.kind !== "ready")
    return reject("workspace.not-ready", "the workspace is not ready");
  if (terminals.length >= TERMINALS_OPEN_MAX)
    return reject("terminal.too-many", `${TERMINALS_OPEN_MAX} terminals of this run are open`);
  const by = actorName(draft);
  const access = takenBy === by ? "writable" : "read-only";
  const { isolation } = policy;
  if (isolation === "none" && access === "read-only")
    return reject("terminal.unfenced", "without a fence a terminal would write the workspace");
  emit(draft, { type: "terminal.opened", terminal: command.terminal, by, access, isolation });
  return null;
};

/** One that is closed already is no error: whatever ends it may come twice. */
export const closeTerminal = (
  draft: Draft,
  { terminal, reason, code }: CommandOf<"terminal.close">,
): Rejected | null => {
  if (draft.state.terminals.some(({ id }) => id === terminal))
    emit(draft, { type: "terminal.closed", terminal, reason, code });
  return null;
};
