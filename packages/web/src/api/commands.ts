/** What a person asks of a run. Every command says what it is about; the daemon refuses an old subject. */
import type { Accepted, PersonCommand } from "@tutti/protocol";
import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";
import { daemon } from "./daemon.ts";
import { asProblem } from "./problem.ts";

export const sendCommand = (run: string, command: PersonCommand): Promise<Accepted> =>
  daemon.command(run, command);

/** The answer arrives as an event; a refusal is told where the person looks. */
export const useCommand = (run: string) =>
  useMutation({
    mutationFn: (command: PersonCommand) => sendCommand(run, command),
    onError: tellProblem,
  });

export function tellProblem(error: unknown): void {
  const { message, mend } = asProblem(error);
  toast.error(message, { description: mend });
}
