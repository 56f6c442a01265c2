/** From words to a command: find it, parse its options, run it, tell what went wrong. */
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { nearest } from "../documents/suggest.ts";
import { COMMANDS, findCommand, type Found } from "./catalog/catalog.ts";
import { createCli } from "./create-cli.ts";
import type { Cli, CliDeps } from "./cli.ts";
import type { CommandSpec, Input } from "./command-spec.ts";
import { reportError } from "./report-error.ts";

const HELP_WORDS: ReadonlySet<string> = new Set(["--help", "-h"]);
/** May stand before the command too. */
const GLOBAL_WORDS: ReadonlySet<string> = new Set(["--json", "--no-color"]);

export async function dispatch(argv: readonly string[], deps: CliDeps): Promise<number> {
  const own = ownWords(argv);
  const cli = createCli(deps, {
    isJson: own.includes("--json"),
    isColourRefused: own.includes("--no-color"),
  });
  // A reader such as `head` that has seen enough is no failure.
  deps.stdout.on("error", () => undefined);
  try {
    return await runWords(cli, leadingGlobalsLast(argv));
  } catch (error) {
    if (deps.signal.aborted) return EXIT.interrupted;
    return reportError(cli, error);
  }
}

async function runWords(cli: Cli, words: readonly string[]): Promise<number> {
  const [first] = words;
  if (first === undefined || GLOBAL_WORDS.has(first)) {
    const { run } = await import("./commands/home.ts");
    return run(cli, { args: [], options: {} });
  }
  if (HELP_WORDS.has(first)) return explain(cli, []);
  const found = findCommand(words);
  if (found === null) throw unknownCommand(first, COMMANDS);
  const { spec, rest } = found;
  if (ownWords(rest).some((word) => HELP_WORDS.has(word))) return explain(cli, found.path);
  if (spec.load === undefined) throw incomplete(found);
  const input = spec.isPassedOn === true ? { args: rest, options: {} } : await parse(found);
  const { run } = await spec.load();
  return run(cli, input);
}

/** Words before `--`: what comes after it is never an option. */
function ownWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end === -1 ? words : words.slice(0, end);
}

function leadingGlobalsLast(argv: readonly string[]): readonly string[] {
  const first = argv.findIndex((word) => !GLOBAL_WORDS.has(word));
  return first <= 0 ? argv : [...argv.slice(first), ...argv.slice(0, first)];
}

async function parse(found: Found): Promise<Input> {
  const { parseInput } = await import("./parse-input.ts");
  return parseInput(found);
}

async function explain(cli: Cli, path: readonly string[]): Promise<number> {
  const { run } = await import("./commands/help.ts");
  return run(cli, { args: path, options: {} });
}

function incomplete({ spec, path, rest }: Found): TuttiError {
  const { commands = [] } = spec;
  const [word] = rest;
  if (word !== undefined && !word.startsWith("-")) return unknownCommand(word, commands, path);
  const names = commands.map(({ name }) => name).join(", ");
  return new TuttiError("usage", `\`tutti ${path.join(" ")}\` needs one of: ${names}.`);
}

function unknownCommand(
  word: string,
  known: readonly CommandSpec[],
  path: readonly string[] = [],
): TuttiError {
  const meant = nearest(
    word,
    known.map(({ name }) => name),
  );
  const asked = [...path, word].join(" ");
  const hint = meant === null ? "" : ` Did you mean \`tutti ${[...path, meant].join(" ")}\`?`;
  return new TuttiError("usage", `There is no command \`tutti ${asked}\`.${hint}`);
}
