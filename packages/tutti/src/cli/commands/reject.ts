import type { AttentionItem, PersonCommand, RunView } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import { flagOption, textOption, type Action, type Input } from "../command-spec.ts";
import { openQuestion, stepOf, subjectOf } from "../open-question.ts";
import { selectRun } from "../select-run.ts";

/** Answers an approval or a guard; where none is open, sends the candidate back to the author. */
export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const view = await client.run(id);
  const comment = textOption(input, "comment") ?? "";
  const isCancel = flagOption(input, "cancel");
  if (comment.trim() === "" && !isCancel) {
    throw new TuttiError("usage", "Say what should change with --comment TEXT.");
  }
  const item = questionOf(view, rest[0], input);
  const command = item === null ? sendBack(comment, isCancel) : answer(item, comment, isCancel);
  const accepted = await client.command(id, command);
  return finish(cli, input, {
    run: id,
    message: isCancel
      ? `– ${id} is cancelled; its work is parked.`
      : "↺ Sent back with your words.",
    json: { ...accepted, answered: item?.id ?? null },
  });
};

function questionOf(view: RunView, what: string | undefined, input: Input): AttentionItem | null {
  const kinds = ["approval", "guard"] as const;
  const isOpen = view.attention.some(({ kind }) => kind === "approval" || kind === "guard");
  if (what === undefined && !isOpen) return null;
  return openQuestion(view, { what, subject: textOption(input, "subject"), kinds });
}

function answer(item: AttentionItem, comment: string, isCancel: boolean): PersonCommand {
  if (item.kind === "approval") {
    const how = isCancel ? "cancel" : "changes";
    const subject = subjectOf(item);
    return { kind: "approval.refuse", step: stepOf(item), subject, answer: how, comment };
  }
  if (isCancel) return sendBack(comment, isCancel);
  return { kind: "guard.refuse", subject: subjectOf(item), reason: comment };
}

const sendBack = (comment: string, isCancel: boolean): PersonCommand =>
  isCancel
    ? { kind: "run.cancel", reason: comment === "" ? "refused by a person" : comment }
    : { kind: "work.return", comment };
