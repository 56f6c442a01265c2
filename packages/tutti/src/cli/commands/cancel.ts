import { textOption } from "../command-spec.ts";
import { runCommand } from "../run-command.ts";

export const run = runCommand((id, input) => ({
  command: { kind: "run.cancel", reason: textOption(input, "reason") ?? "cancelled by a person" },
  message: `– ${id} is cancelled; its work is parked under refs/tutti/.`,
}));
