import { runCommand } from "../run-command.ts";

export const run = runCommand(() => ({
  command: { kind: "workspace.give" },
  message: "Given back: your work becomes a checkpoint, and every gate runs again.",
}));
