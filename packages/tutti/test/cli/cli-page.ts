/** `docs/cli.md`, from the same catalog that parses and explains the commands. */
import { GROUPS } from "../../src/cli/catalog/catalog.ts";
import type { CommandSpec } from "../../src/cli/command-spec.ts";
import { COMMON_OPTIONS, EXIT_CODES, optionAbout, usageOf } from "../../src/cli/help-text.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const row = (cells: readonly string[]): string =>
  `| ${cells.map((text) => cell(text)).join(" | ")} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0
    ? []
    : ["", row(head), row(head.map(() => "---")), ...rows.map((cells) => row(cells))];

export function cliPage(): string {
  return [
    "# Commands",
    "",
    "This page is made from the commands themselves; `tutti help COMMAND` says the same in a terminal.",
    "Without a command, `tutti` shows what needs you and what runs, and on a desktop opens the command center.",
    "",
    "A run is named by its id or the beginning of one. Commands that only look take the newest run of",
    "the present project when none is named; commands that act take its only open run. The first command",
    "starts the daemon; they talk to it over a unix socket that only you can reach.",
    "",
    "## Every command",
    ...table(
      ["option", ""],
      COMMON_OPTIONS.map((option) => [`\`${option.flags}\``, option.about]),
    ),
    ...table(["exit code", ""], EXIT_CODES),
    "",
    "Standard output holds the result and nothing else: text for people, one JSON document with `--json`",
    "(JSON lines for `watch` and `show --transcript`). Messages and progress go to standard error. An",
    'error with `--json` is `{"error": {"code", "message", "mend"}}`. Nothing asks a question without a',
    "terminal. `TUTTI_DATA_DIR` names another data folder with a daemon of its own.",
    "",
    ...GROUPS.flatMap(({ title, commands }) => [
      `## ${title}`,
      "",
      ...commands.flatMap((spec) => [
        ...section(spec, [spec.name]),
        ...(spec.commands ?? []).flatMap((child) => section(child, [spec.name, child.name])),
      ]),
    ]),
  ]
    .join("\n")
    .replace(/\n*$/u, "\n");
}

function section(spec: CommandSpec, path: readonly string[]): string[] {
  const { about, details, args = [], options = [], examples } = spec;
  return [
    `### tutti ${path.join(" ")}`,
    "",
    `${about}.${details === undefined ? "" : ` ${details}`}`,
    "",
    "```sh",
    usageOf(spec, path),
    "```",
    ...table(
      ["argument", ""],
      args.map((arg) => [`\`${arg.name}\``, arg.about]),
    ),
    ...table(
      ["option", ""],
      options.map((option) => [`\`${option.flags}\``, optionAbout(option)]),
    ),
    "",
    "```sh",
    ...examples.flatMap(({ command, about: why }) => [`# ${why}`, command]),
    "```",
    "",
  ];
}
