import { textOption } from "../command-spec.ts";
import { runCommand } from "../run-command.ts";

export const run = runCommand((id, input) => ({
  command: { kind: "run.pause", reason: textOption(input, "reason") ?? "paused by a person" },
  message: `‖ ${id} is paused. What is under way ends first; go on with \`tutti resume ${id}\`.`,
}));
