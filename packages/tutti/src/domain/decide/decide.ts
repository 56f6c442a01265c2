/**
 * Command → events, or a refusal that leaves no trace. Pure: time and actor are passed in. After a
 * command's own events the run is advanced until nothing moves.
 */
import type { Actor, Command, CommandOf, EventBody, Rejected, RunDocument } from "@tutti/protocol";
import { advance } from "../advance.ts";
import { type Context, type Draft, reject, voidAsked } from "../draft.ts";
import { startDocument } from "../fold/run.ts";
import { unreachable } from "../invariant.ts";
import { settle } from "../settle/settle.ts";
import { giveApproval, refuseApproval } from "./approval.ts";
import { raiseBudget } from "./budget.ts";
import { answerPermission, askPermission } from "./dialogue.ts";
import { answerQuestion, askQuestion } from "./question.ts";
import { allowEgress, denyEgress, refuseEgress } from "./egress.ts";
import { acceptDegraded, allowGuard, disposeFinding, refuseGuard } from "./exception.ts";
import { rerunFinding } from "./rerun.ts";
import { cancelRun, pauseRun, resumeRun, startedBody, prepareWorkspace } from "./run.ts";
import { addComment, amendArtifact, renewStep, retryRun, returnWork, waiveStep } from "./step.ts";
import { leaveOut, putBack, seeChange } from "./hunks.ts";
import { giveMessages, messageTurn, withdrawMessage } from "./message.ts";
import { closeTerminal, openTerminal } from "./terminal.ts";
import { giveWorkspace, takeWorkspace } from "./workspace.ts";

export type Decision =
  | {
      readonly kind: "accepted";
      readonly events: readonly EventBody[];
      readonly state: RunDocument;
    }
  | Rejected;

/** Commands that an agent as actor may never give (law 3), and that no worker gives either. */
const PERSONS_ONLY: ReadonlySet<Command["kind"]> = new Set([
  "run.start",
  "run.cancel",
  "run.pause",
  "run.resume",
  "run.retry",
  "step.waive",
  "step.renew",
  "approval.give",
  "approval.refuse",
  "guard.allow",
  "guard.refuse",
  "degraded.accept",
  "budget.raise",
  "permission.answer",
  "question.answer",
  "finding.dispose",
  "finding.rerun",
  "artifact.amend",
  "workspace.take",
  "workspace.give",
  "change.see",
  "hunks.leave-out",
  "hunks.put-back",
  "terminal.open",
  "work.return",
  "comment.add",
  "turn.message",
  "message.withdraw",
  "egress.allow",
  "egress.refuse",
]);
const WORKERS_ONLY: ReadonlySet<Command["kind"]> = new Set([
  "effect.settle",
  "permission.ask",
  "message.give",
  "question.ask",
  "asked.withdraw",
  "egress.deny",
]);
/** A terminal is closed by a person, or by whatever ends it. */
const NOT_AGENTS: ReadonlySet<Command["kind"]> = new Set(["terminal.close"]);

const actorMay = (command: Command, actor: Actor): boolean =>
  (NOT_AGENTS.has(command.kind) && actor.kind !== "agent") ||
  (PERSONS_ONLY.has(command.kind)
    ? actor.kind === "person"
    : WORKERS_ONLY.has(command.kind) && actor.kind === "system");

/** Each returns null when it emitted its events, or the refusal. */
const perform = (
  draft: Draft,
  command: Exclude<Command, { kind: "run.start" }>,
): Rejected | null => {
  switch (command.kind) {
    case "run.pause":
      return pauseRun(draft, command);
    case "run.resume":
      return resumeRun(draft);
    case "run.cancel":
      return cancelRun(draft, command);
    case "run.retry":
      return retryRun(draft, command);
    case "step.waive":
      return waiveStep(draft, command);
    case "step.renew":
      return renewStep(draft, command);
    case "work.return":
      return returnWork(draft, command);
    case "comment.add":
      return addComment(draft, command);
    case "turn.message":
      return messageTurn(draft, command);
    case "artifact.amend":
      return amendArtifact(draft, command);
    case "budget.raise":
      return raiseBudget(draft, command);
    default:
      return performAnswer(draft, command);
  }
};

type Answer = Exclude<
  Command,
  {
    kind:
      | "run.start"
      | "run.pause"
      | "run.resume"
      | "run.cancel"
      | "run.retry"
      | "step.waive"
      | "step.renew"
      | "work.return"
      | "comment.add"
      | "turn.message"
      | "artifact.amend"
      | "budget.raise";
  }
>;

const performAnswer = (draft: Draft, command: Answer): Rejected | null => {
  switch (command.kind) {
    case "approval.give":
      return giveApproval(draft, command);
    case "approval.refuse":
      return refuseApproval(draft, command);
    case "change.see":
      return seeChange(draft, command);
    case "guard.allow":
      return allowGuard(draft, command);
    case "guard.refuse":
      return refuseGuard(draft, command);
    case "degraded.accept":
      return acceptDegraded(draft, command);
    case "finding.dispose":
      return disposeFinding(draft, command);
    case "permission.ask":
      return askPermission(draft, command);
    case "permission.answer":
      return answerPermission(draft, command);
    case "question.ask":
      return askQuestion(draft, command);
    case "question.answer":
      return answerQuestion(draft, command);
    default:
      return performRest(draft, command);
  }
};

type Rest = CommandOf<
  | "workspace.take"
  | "workspace.give"
  | "hunks.leave-out"
  | "hunks.put-back"
  | "terminal.open"
  | "terminal.close"
  | "finding.rerun"
  | "egress.deny"
  | "egress.allow"
  | "egress.refuse"
  | "effect.settle"
  | "message.withdraw"
  | "message.give"
  | "asked.withdraw"
>;

const performRest = (draft: Draft, command: Rest): Rejected | null => {
  switch (command.kind) {
    case "workspace.take":
      return takeWorkspace(draft);
    case "workspace.give":
      return giveWorkspace(draft);
    case "hunks.leave-out":
      return leaveOut(draft, command);
    case "hunks.put-back":
      return putBack(draft, command);
    case "terminal.open":
      return openTerminal(draft, command);
    case "terminal.close":
      return closeTerminal(draft, command);
    case "finding.rerun":
      return rerunFinding(draft, command);
    case "egress.deny":
      return denyEgress(draft, command);
    case "egress.allow":
      return allowEgress(draft, command);
    case "egress.refuse":
      return refuseEgress(draft, command);
    case "effect.settle":
      return settle(draft, command);
    default:
      return performWords(draft, command);
  }
};

const performWords = (
  draft: Draft,
  command: CommandOf<"message.withdraw" | "message.give" | "asked.withdraw">,
): Rejected | null => {
  switch (command.kind) {
    case "message.withdraw":
      return withdrawMessage(draft, command);
    case "message.give":
      return giveMessages(draft, command);
    case "asked.withdraw":
      voidAsked(draft, ({ id }) => id === command.asked, "its agent waits for it no more");
      return null;
    default:
      return unreachable(command);
  }
};

/** Allowed on a run that has ended. */
const AFTER_THE_END: ReadonlySet<Command["kind"]> = new Set([
  "effect.settle",
  "comment.add",
  "terminal.close",
]);

/** Whatever could void a gate waits until the merge under way has settled: its outcome is not known yet. */
const WHILE_MERGING: ReadonlySet<Command["kind"]> = new Set([
  "effect.settle",
  "permission.ask",
  "permission.answer",
  "question.ask",
  "question.answer",
  "asked.withdraw",
  "comment.add",
  "message.withdraw",
  "message.give",
  "change.see",
  "run.pause",
  "run.resume",
  "terminal.open",
  "terminal.close",
  "egress.deny",
  "egress.allow",
  "egress.refuse",
]);
const isMerging = (state: RunDocument): boolean =>
  Object.values(state.effects).some((effect) => effect.payload.kind === "merge.apply");

export const decide = (state: RunDocument | null, command: Command, context: Context): Decision => {
  if (!actorMay(command, context.actor))
    return reject(
      "actor.not-allowed",
      `${context.actor.kind === "agent" ? "an agent" : "this actor"} may not give the command ${command.kind}`,
    );
  if (command.kind === "run.start") {
    if (state !== null) return reject("run.exists", `run ${command.run} was started before`);
    const started = startedBody(command, context);
    const draft: Draft = {
      state: startDocument(started, context.now),
      events: [started],
      ...context,
    };
    prepareWorkspace(draft);
    return { kind: "accepted", events: draft.events, state: draft.state };
  }
  if (state === null) return reject("run.unknown", "there is no such run");
  const hasEnded = state.finished !== null || state.cancelled !== null;
  if (hasEnded && !AFTER_THE_END.has(command.kind))
    return reject("run.finished", `run ${state.id} has ended`);
  if (isMerging(state) && !WHILE_MERGING.has(command.kind))
    return reject("run.merging", `run ${state.id} is being merged just now`);
  const draft: Draft = { state, events: [], ...context };
  const refusal = perform(draft, command);
  if (refusal !== null) return refusal;
  advance(draft);
  return { kind: "accepted", events: draft.events, state: draft.state };
};
