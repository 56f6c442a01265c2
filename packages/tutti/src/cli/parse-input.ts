/** Arguments and options of one command, parsed by commander. Throws TuttiError `usage`. */
import { Command, CommanderError, Option } from "commander";
import { TuttiError } from "@tutti/protocol/errors";
import type { Found } from "./catalog/catalog.ts";
import type { CommandSpec, Input } from "./command-spec.ts";

export function parseInput({ spec, path, rest }: Found): Input {
  const command = build(spec, path);
  try {
    command.parse([...rest], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw usage(error.message, path);
  }
  const wanted = spec.args ?? [];
  const isOpenEnded = wanted.some(({ isVariadic }) => isVariadic === true);
  const args = command.args;
  if (!isOpenEnded && args.length > wanted.length) {
    throw usage(`too many arguments: ${args.slice(wanted.length).join(" ")}`, path);
  }
  return { args, options: command.opts() };
}

function build(spec: CommandSpec, path: readonly string[]): Command {
  const command = new Command(path.join(" "))
    .exitOverride()
    .helpOption(false)
    .allowExcessArguments()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .option("--json")
    .option("--no-color");
  for (const { flags, about, choices } of spec.options ?? []) {
    const option = new Option(flags, about);
    command.addOption(choices === undefined ? option : option.choices([...choices]));
  }
  return command;
}

function usage(message: string, path: readonly string[]): TuttiError {
  const text = message.replace(/^error: /u, "").replace(/\.?$/u, ".");
  const help = `See \`tutti ${path.join(" ")} --help\`.`;
  return new TuttiError("usage", `${text.charAt(0).toUpperCase()}${text.slice(1)} ${help}`);
}
