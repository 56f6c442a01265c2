/** Which open attention item a person answers. */
import type { AttentionItem, AttentionKind, RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";

export type Question = {
  readonly what: string | undefined;
  /** Beginning of the subject's hash: the answer is refused when something else is asked now. */
  readonly subject: string | undefined;
  readonly kinds: readonly AttentionKind[];
};

/** Throws `approval.not-open`, `approval.moved`, or `usage` when it is not clear which one. */
export function openQuestion(view: RunView, { what, subject, kinds }: Question): AttentionItem {
  if (view.outcome !== null) {
    throw new TuttiError("run.finished", `${view.run} has ended: ${view.text}.`);
  }
  const open = view.attention.filter(({ kind }) => kinds.includes(kind));
  const meant = what === undefined ? open : open.filter((item) => isNamed(item, what));
  const [only, another] = meant;
  if (only === undefined) {
    const about = what === undefined ? "" : ` about ${what}`;
    throw new TuttiError(
      "approval.not-open",
      `${view.run} does not ask${about} now: ${view.text}.`,
    );
  }
  if (another !== undefined) {
    const names = meant.map(({ step, kind }) => (kind === "approval" ? (step ?? kind) : kind));
    throw new TuttiError("usage", `Several things wait; name one: ${names.join(", ")}.`);
  }
  if (subject !== undefined && only.subject?.startsWith(subject) !== true) {
    const now = only.subject?.slice(0, 12) ?? "nothing";
    throw new TuttiError("approval.moved", `It is about ${now} now, not about ${subject}.`);
  }
  return only;
}

const isNamed = ({ step, kind, id }: AttentionItem, what: string): boolean =>
  step === what || kind === what || id === what;

/** What an item is about, which approvals and guards always have. */
export function subjectOf(item: AttentionItem): NonNullable<AttentionItem["subject"]> {
  if (item.subject !== null) return item.subject;
  throw new TuttiError("internal", `The item ${item.id} names no subject.`);
}

export function stepOf(item: AttentionItem): NonNullable<AttentionItem["step"]> {
  if (item.step !== null) return item.step;
  throw new TuttiError("internal", `The item ${item.id} names no step.`);
}
