/** What each answer of the queue asks of its run, and which key gives it. */
import type { AttentionAnswer, AttentionItem, PersonCommand } from "@tutti/protocol";

/** A person's own words, where the answer needs them; a number for a limit. */
export type Words = { readonly text: string; readonly remember: "once" | "run" | "project" };

type Say = (item: AttentionItem, words: Words, answer: AttentionAnswer) => PersonCommand | null;
type Step = NonNullable<AttentionItem["step"]>;
type Subject = NonNullable<AttentionItem["subject"]>;

const onStep =
  (make: (step: Step, words: Words) => PersonCommand): Say =>
  ({ step }, words) =>
    step === null ? null : make(step, words);

const onSubject =
  (make: (subject: Subject, words: Words) => PersonCommand): Say =>
  ({ subject }, words) =>
    subject === null ? null : make(subject, words);

const approve: Say = ({ step, subject }, { text }) =>
  step === null || subject === null
    ? null
    : { kind: "approval.give", step, subject, ...(text === "" ? {} : { comment: text }) };

const changes: Say = ({ kind, step, subject }, { text }) => {
  if (subject !== null && kind === "guard") return { kind: "guard.refuse", subject, reason: text };
  if (subject !== null && step !== null && kind === "approval")
    return { kind: "approval.refuse", step, subject, answer: "changes", comment: text };
  return { kind: "work.return", comment: text };
};

const MEASURE = /--(usd|tokens|minutes) TEXT/u;

const raise: Say = (_item, { text }, { command }) => {
  const measure = MEASURE.exec(command)?.[1];
  const limit = Number(text);
  if (measure === undefined || !(limit > 0)) return null;
  const scope = command.includes("--day") ? "day" : "run";
  return { kind: "budget.raise", scope, budget: { [measure]: limit } };
};

const SAY: Readonly<Record<string, Say>> = {
  proceed: approve,
  comment: approve,
  changes,
  allow: onSubject((subject, { text }) => ({ kind: "guard.allow", subject, reason: text })),
  retry: ({ step }) => ({ kind: "run.retry", ...(step === null ? {} : { step }) }),
  waive: onStep((step, { text }) => ({ kind: "step.waive", step, reason: text })),
  holds: onStep((step) => ({ kind: "step.renew", step, answer: "holds" })),
  again: onStep((step) => ({ kind: "step.renew", step, answer: "again" })),
  accept: onStep((step, { text }) => ({ kind: "degraded.accept", step, reason: text })),
  give: () => ({ kind: "workspace.give" }),
  raise,
  cancel: () => ({ kind: "run.cancel", reason: "cancelled in the command center" }),
};

/** Null where the words do not make an answer. */
export function commandFor(
  item: AttentionItem,
  answer: AttentionAnswer,
  words: Words,
): PersonCommand | null {
  const about = item.id.slice(item.id.indexOf(":") + 1);
  if (item.kind === "egress") {
    if (answer.name === "deny") return { kind: "egress.refuse", target: about };
    const scope = answer.name === "allow-project" ? "project" : "run";
    return { kind: "egress.allow", target: about, scope };
  }
  if (item.kind === "permission") {
    const { remember } = words;
    return {
      kind: "permission.answer",
      permission: about,
      option: answer.name,
      ...(remember === "once" ? {} : { remember }),
    };
  }
  if (item.kind === "question" && answer.name === "decline")
    return { kind: "question.answer", question: about, action: "decline", values: {} };
  return SAY[answer.name]?.(item, words, answer) ?? null;
}

const isDenial = ({ command }: AttentionAnswer): boolean => command.startsWith("tutti permit deny");

/** `p` for the first answer that goes on, `c` for the one with a comment, `x` for the one that refuses. */
export function keyOf(item: AttentionItem, answer: AttentionAnswer): string | undefined {
  const isOf = (one: AttentionAnswer | undefined): boolean => one?.name === answer.name;
  if (isOf(item.answers.find((one) => refuses(one)))) return "x";
  if (answer.name === "comment") return "c";
  const first = item.answers.find((one) => !refuses(one) && !endsRun(item, one));
  return isOf(first) ? "p" : undefined;
}

/** An agent may call an option of its question the same. */
export const endsRun = ({ kind }: AttentionItem, { name }: AttentionAnswer): boolean =>
  name === "cancel" && kind !== "permission";

export const refuses = (answer: AttentionAnswer): boolean =>
  answer.command.startsWith("tutti permit")
    ? isDenial(answer)
    : answer.name === "changes" || answer.name === "decline";

/** By a form of its own, which stands above the other answers. */
export const isFilledIn = ({ kind }: AttentionItem, { name }: AttentionAnswer): boolean =>
  kind === "question" && name === "answer";

/** An agent chooses the words of its options; whether one allows or denies is Tutti's to say. */
export function labelOf(item: AttentionItem, answer: AttentionAnswer): string {
  if (item.kind !== "permission") return answer.label;
  return `${isDenial(answer) ? "Deny" : "Allow"}: ${answer.label}`;
}
