/** A draft of comments as the one text that the author is sent. Quoted, so that code stays code. */
import type { AttentionItem, PersonCommand, RunView } from "@tutti/protocol";
import type { DraftComment } from "./kept.ts";

const MAX_QUOTE_CHARS = 200;

const placeOf = ({ path, line, side }: DraftComment): string =>
  side === "new" ? `${path}:${line}` : `${path}:${line} (as it was before the change)`;

export function requestText(comments: readonly DraftComment[], note = ""): string {
  const parts = comments.map((comment) => {
    const quote = comment.quote.trim().slice(0, MAX_QUOTE_CHARS);
    return [placeOf(comment), ...(quote === "" ? [] : [`> ${quote}`]), comment.text.trim()].join(
      "\n",
    );
  });
  return [note.trim(), ...parts].filter((part) => part !== "").join("\n\n");
}

type Approvable = Pick<RunView, "attention" | "steps">;

/** Approvals that come after checks or a review are about the change; earlier ones about what to build. */
const isOfChange = ({ steps }: Approvable, step: string): boolean => {
  const at = steps.findIndex(({ id }) => id === step);
  return steps.slice(0, Math.max(at, 0)).some(({ kind }) => kind === "checks" || kind === "review");
};

/** The approval of the change that waits for a person now. */
export const waitingApproval = (view: Approvable): AttentionItem | null =>
  view.attention.find(
    ({ kind, step, subject }) =>
      kind === "approval" && step !== null && subject !== null && isOfChange(view, step),
  ) ?? null;

/** An approval that waits is answered with it; otherwise the work goes back by itself. */
export function changeRequest(view: Approvable, comment: string): PersonCommand {
  const item = waitingApproval(view);
  if (item === null || item.step === null || item.subject === null) {
    return { kind: "work.return", comment };
  }
  const { step, subject } = item;
  return { kind: "approval.refuse", step, subject, answer: "changes", comment };
}
