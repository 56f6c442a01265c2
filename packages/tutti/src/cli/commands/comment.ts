import { TuttiError } from "@tutti/protocol/errors";
import { textOption } from "../command-spec.ts";
import { runCommand } from "../run-command.ts";

export const run = runCommand((_id, input) => {
  const [text = ""] = input.args;
  if (text.trim() === "") throw new TuttiError("usage", "The comment is empty.");
  const on = textOption(input, "on") ?? "run";
  return { command: { kind: "comment.add", on, text }, message: `› Comment on ${on} kept.` };
});
