/** What failed, on what, what to do next; on standard error, and as JSON where JSON was asked for. */
import { ApiError } from "@tutti/client/api-error";
import { ERRORS, EXIT, isErrorCode, TuttiError } from "@tutti/protocol/errors";
import type { Cli } from "./cli.ts";
import { printable } from "./terminal/printable.ts";

/** Returns the exit code that belongs to the error. */
export function reportError(cli: Cli, error: unknown): number {
  const known = knownError(error);
  const code = known?.code ?? "internal";
  const message = error instanceof Error ? error.message : String(error);
  const mend = known?.mend ?? ERRORS.internal.mend;
  const { style } = cli;
  cli.note(`${style.paint("refused", "✕ tutti:")} ${printable(message)}`);
  cli.note(style.paint("quiet", `  ${printable(mend)}`));
  if (known === null && isDebugging(cli) && error instanceof Error) cli.note(error.stack ?? "");
  if (cli.isJson) cli.printJson({ error: { code, message, mend } });
  return isErrorCode(code) ? ERRORS[code].exit : EXIT.failed;
}

/** A failure of this program's own surroundings, or what the daemon answered; null for a defect. */
export const knownError = (error: unknown): ApiError | TuttiError | null =>
  error instanceof TuttiError || error instanceof ApiError ? error : null;

const isDebugging = ({ deps }: Cli): boolean => (deps.env["TUTTI_DEBUG"] ?? "") !== "";
