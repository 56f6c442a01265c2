import type { CommandOf, EventOf, Rejected } from "@tutti/protocol";
import { cancelEffects, type Context, type Draft, emit, reject, request } from "../draft.ts";

export const actorName = ({ actor }: { readonly actor: Context["actor"] }): string => {
  if (actor.kind === "person") return actor.id;
  return actor.kind === "agent" ? actor.agent : actor.part;
};

/** The program that acts for the person, where one does: what it says of itself, and the token that it came with. */
export const actedFor = ({ actor }: { readonly actor: Context["actor"] }): string | null => {
  if (actor.kind !== "person") return null;
  const { onBehalf, token } = actor;
  const words = token === undefined ? [] : [`token ${token.name} (${token.id})`];
  const all = onBehalf === undefined ? words : [onBehalf, ...words];
  return all.length === 0 ? null : all.join(", ");
};

export const startedBody = (
  { kind: _kind, ...started }: CommandOf<"run.start">,
  context: Context,
): EventOf<"run.started"> => ({ type: "run.started", ...started, requestedBy: actorName(context) });

export const prepareWorkspace = (draft: Draft): void =>
  request(draft, { kind: "workspace.prepare" });

export const pauseRun = (draft: Draft, command: CommandOf<"run.pause">): Rejected | null => {
  if (draft.state.paused !== null) return null;
  emit(draft, { type: "run.paused", reason: command.reason });
  return null;
};

export const resumeRun = (draft: Draft): Rejected | null => {
  if (draft.state.paused === null)
    return reject("run.not-paused", `run ${draft.state.id} is not paused`);
  emit(draft, { type: "run.resumed" });
  return null;
};

/** Ends everything under way; the run ends when its work is parked. */
export const cancelRun = (draft: Draft, command: CommandOf<"run.cancel">): Rejected | null => {
  const effects = Object.values(draft.state.effects);
  const neverMade =
    draft.state.workspace.kind === "none" &&
    effects.every((effect) => effect.payload.kind !== "workspace.prepare");
  cancelEffects(draft, effects, "the run was cancelled");
  emit(draft, { type: "run.cancelled", reason: command.reason });
  if (neverMade)
    emit(draft, { type: "run.finished", outcome: "cancelled", reason: command.reason });
  else request(draft, { kind: "workspace.dispose", reason: "cancelled" });
  return null;
};
