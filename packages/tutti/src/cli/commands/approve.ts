import type { AttentionItem, PersonCommand } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { finish } from "../await-run.ts";
import { flagOption, textOption, type Action } from "../command-spec.ts";
import { openQuestion, stepOf, subjectOf } from "../open-question.ts";
import { selectRun } from "../select-run.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const item = openQuestion(await client.run(id), {
    what: rest[0],
    subject: textOption(input, "subject"),
    kinds: flagOption(input, "degraded") ? ["degraded"] : ["approval", "guard", "degraded"],
  });
  const command = answer(item, {
    comment: textOption(input, "comment"),
    isDegraded: flagOption(input, "degraded"),
  });
  const accepted = await client.command(id, command);
  const subject = item.subject === null ? "" : ` (${item.subject.slice(0, 12)})`;
  return finish(cli, input, {
    run: id,
    message: `● ${printableLine(item.asks)}: done${subject}.`,
    json: { ...accepted, answered: item.id, subject: item.subject },
  });
};

type Words = { readonly comment: string | undefined; readonly isDegraded: boolean };

function answer(item: AttentionItem, { comment, isDegraded }: Words): PersonCommand {
  if (item.kind === "approval") {
    const subject = subjectOf(item);
    const words = comment === undefined ? {} : { comment };
    return { kind: "approval.give", step: stepOf(item), subject, ...words };
  }
  if (item.kind === "degraded" && !isDegraded) {
    throw new TuttiError("usage", "No foreign reviewer is available: say --degraded to go on so.");
  }
  if (comment === undefined || comment.trim() === "") {
    throw new TuttiError("usage", "An exception needs a reason: say why with --comment TEXT.");
  }
  return item.kind === "guard"
    ? { kind: "guard.allow", subject: subjectOf(item), reason: comment }
    : { kind: "degraded.accept", step: stepOf(item), reason: comment };
}
