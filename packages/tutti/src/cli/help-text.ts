/** Help of one command and of all of them, from the catalog alone. */
import { COMMANDS, GROUPS } from "./catalog/catalog.ts";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command-spec.ts";
import { columns, indent, wrap } from "./terminal/layout.ts";

export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { flags: "--json", about: "One JSON document (or JSON lines) on standard output" },
  { flags: "--no-color", about: "No colour; NO_COLOR in the environment does the same" },
  { flags: "-h, --help", about: "Explain the command" },
];

export const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "it worked"],
  ["1", "it failed"],
  ["2", "the command was not understood, or its input is wrong"],
  ["3", "a run waits for you, or a gate refused it"],
  ["4", "refused by policy"],
  ["5", "conflict: what you looked at has changed, or the merge needs you"],
  ["130", "interrupted"],
];

export function rootHelp(width: number): string {
  const rows = COMMANDS.map(({ name }) => name.length);
  const widest = Math.max(...rows);
  const groups = GROUPS.flatMap(({ title, commands }) => [
    "",
    title,
    ...commands.map(({ name, about }) => `  ${name.padEnd(widest)}  ${about}`),
  ]);
  return [
    "Tutti conducts coding agents: spec first, verified by a rival, merged on evidence.",
    "",
    "Usage: tutti [command] [options]",
    "",
    "Without a command: what needs you, and what runs.",
    ...groups,
    "",
    "Options of every command",
    ...indent(optionRows(COMMON_OPTIONS), 2),
    "",
    "Exit codes",
    ...indent(columns(EXIT_CODES), 2),
    "",
    ...wrap("`tutti help COMMAND` explains one command with examples.", width),
  ].join("\n");
}

export function commandHelp(spec: CommandSpec, path: readonly string[], width: number): string {
  const { args = [], options = [], commands = [], examples, details } = spec;
  return [
    `${spec.about}.`,
    ...(details === undefined ? [] : ["", ...wrap(details, width)]),
    "",
    `Usage: ${usageOf(spec, path)}`,
    ...section("Commands", columns(commands.map(({ name, about }) => [name, about]))),
    ...section("Arguments", columns(args.map((arg) => [arg.name, arg.about]))),
    ...section("Options", optionRows([...options, ...COMMON_OPTIONS])),
    ...section(
      "Examples",
      examples.flatMap(({ command, about }) => [`# ${about}`, command]),
    ),
  ].join("\n");
}

const section = (title: string, rows: readonly string[]): string[] =>
  rows.length === 0 ? [] : ["", title, ...indent(rows, 2)];

export function usageOf(spec: CommandSpec, path: readonly string[]): string {
  const { args = [], commands = [] } = spec;
  const rest = commands.length > 0 ? ["<command>"] : args.map((arg) => argumentText(arg));
  return ["tutti", ...path, ...rest, "[options]"].join(" ");
}

function argumentText({ name, isRequired, isVariadic }: ArgumentSpec): string {
  const text = isVariadic === true ? `${name}...` : name;
  return isRequired === true ? `<${text}>` : `[${text}]`;
}

const optionRows = (options: readonly OptionSpec[]): string[] =>
  columns(options.map((option) => [option.flags, optionAbout(option)]));

export const optionAbout = ({ about, choices }: OptionSpec): string =>
  choices === undefined ? about : `${about} (${choices.join(" or ")})`;
