import { runCommand } from "../run-command.ts";

export const run = runCommand((id) => ({
  command: { kind: "run.resume" },
  message: `◐ ${id} goes on.`,
}));
