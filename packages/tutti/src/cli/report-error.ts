/** What failed, on what, what to do next; on standard error, and as JSON where JSON was asked for. */
import { ERRORS, EXIT, TuttiError } from "@tutti/protocol/errors";
import type { Cli } from "./cli.ts";
import { printable } from "./terminal/printable.ts";

/** Returns the exit code that belongs to the error. */
export function reportError(cli: Cli, error: unknown): number {
  const known = error instanceof TuttiError ? error : null;
  const code = known?.code ?? "internal";
  const message = error instanceof Error ? error.message : String(error);
  const { exit, mend } = ERRORS[code];
  const { style } = cli;
  cli.note(`${style.paint("refused", "✕ tutti:")} ${printable(message)}`);
  cli.note(style.paint("quiet", `  ${mend}`));
  if (known === null && isDebugging(cli) && error instanceof Error) cli.note(error.stack ?? "");
  if (cli.isJson) cli.printJson({ error: { code, message, mend } });
  return exit ?? EXIT.failed;
}

const isDebugging = ({ deps }: Cli): boolean => (deps.env["TUTTI_DEBUG"] ?? "") !== "";
