/** A command as data: what parsing, help, completion and the documentation page are made from. */
import type { Cli } from "./cli.ts";

export type ArgumentSpec = {
  readonly name: string;
  readonly about: string;
  readonly isRequired?: boolean;
  readonly isVariadic?: boolean;
};

export type OptionSpec = {
  /** As commander reads it: `-m, --comment <text>`. */
  readonly flags: string;
  readonly about: string;
  readonly choices?: readonly string[];
};

type Example = { readonly command: string; readonly about: string };

export type Input = {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
};

/** Returns the exit code. */
export type Action = (cli: Cli, input: Input) => Promise<number>;

export type CommandSpec = {
  readonly name: string;
  readonly about: string;
  /** More than one line about it, shown by its own help. */
  readonly details?: string;
  readonly args?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly Example[];
  readonly commands?: readonly CommandSpec[];
  /** Hands everything after the name on as it is. */
  readonly isPassedOn?: boolean;
  /** Loaded only when the command is run. */
  readonly load?: () => Promise<{ readonly run: Action }>;
};

export type CommandGroup = { readonly title: string; readonly commands: readonly CommandSpec[] };

/** The value of a text option, or undefined. */
export function textOption({ options }: Input, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function flagOption({ options }: Input, name: string): boolean {
  return options[name] === true;
}
