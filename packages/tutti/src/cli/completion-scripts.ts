/** Completion scripts from the catalog. They hold names only and start no process. */
import { COMMANDS } from "./catalog/catalog.ts";
import type { CommandSpec, OptionSpec } from "./command-spec.ts";
import { COMMON_OPTIONS } from "./help-text.ts";

type Entry = { readonly path: string; readonly words: readonly string[] };

/** Every command by its whole name, with the words that may follow. */
function entries(): readonly Entry[] {
  return COMMANDS.flatMap((spec) => [
    entry(spec.name, spec),
    ...(spec.commands ?? []).map((child) => entry(`${spec.name} ${child.name}`, child)),
  ]);
}

function entry(path: string, spec: CommandSpec): Entry {
  const names = (spec.commands ?? []).map(({ name }) => name);
  const options = [...(spec.options ?? []), ...COMMON_OPTIONS];
  return { path, words: [...names, ...options.flatMap((option) => longFlags(option))] };
}

const longFlags = ({ flags }: OptionSpec): string[] => flags.match(/--[a-z-]+/gu) ?? [];
const commandNames = (): string => COMMANDS.map(({ name }) => name).join(" ");

export function bashScript(): string {
  const cases = entries().map(({ path, words }) => `    "${path}") words="${words.join(" ")}" ;;`);
  return [
    "_tutti() {",
    "  local words path first second",
    '  first="${COMP_WORDS[1]}"; second="${COMP_WORDS[2]}"',
    `  words="${commandNames()}"`,
    '  path=""',
    '  if [ "$COMP_CWORD" -gt 1 ]; then path="$first"; words=""; fi',
    '  if [ "$COMP_CWORD" -gt 2 ]; then',
    `    case "$first" in ${nested().join("|")}) path="$first $second" ;; esac`,
    "  fi",
    '  case "$path" in',
    ...cases,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    "}",
    "complete -o default -F _tutti tutti",
  ].join("\n");
}

export function zshScript(): string {
  const cases = entries().map(
    ({ path, words }) => `    "${path}") options=(${words.join(" ")}) ;;`,
  );
  const commands = COMMANDS.map(({ name, about }) => `    '${name}:${quoted(about)}'`);
  return [
    "#compdef tutti",
    "_tutti() {",
    "  local -a commands options",
    "  local name",
    "  commands=(",
    ...commands,
    "  )",
    "  if (( CURRENT == 2 )); then _describe command commands; return; fi",
    '  name="$words[2]"',
    `  if (( CURRENT > 3 )); then case "$name" in ${nested().join("|")}) name="$name $words[3]" ;; esac; fi`,
    '  case "$name" in',
    ...cases,
    "  esac",
    "  compadd -- $options",
    "  _files",
    "}",
    'if [ "$funcstack[1]" = _tutti ]; then _tutti "$@"; else compdef _tutti tutti; fi',
  ].join("\n");
}

export function fishScript(): string {
  const lines = COMMANDS.flatMap((spec) => [
    `complete -c tutti -n __fish_use_subcommand -f -a ${spec.name} -d '${quoted(spec.about)}'`,
    ...(spec.commands ?? []).map(
      ({ name, about }) =>
        `complete -c tutti -n '__fish_seen_subcommand_from ${spec.name}' -f -a ${name} -d '${quoted(about)}'`,
    ),
    ...[...(spec.options ?? []), ...COMMON_OPTIONS].flatMap((option) =>
      fishOption(spec.name, option),
    ),
  ]);
  return lines.join("\n");
}

function fishOption(command: string, option: OptionSpec): string[] {
  return longFlags(option).map(
    (flag) =>
      `complete -c tutti -n '__fish_seen_subcommand_from ${command}' -l ${flag.slice(2)} -d '${quoted(option.about)}'`,
  );
}

const nested = (): string[] =>
  COMMANDS.filter(({ commands }) => commands !== undefined).map(({ name }) => name);

/** Inside single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", "").replaceAll(":", "");
