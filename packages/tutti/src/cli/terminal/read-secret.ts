/** A value that must not be seen: typed without an echo on a terminal, else standard input to its end. */
import { TuttiError } from "@tutti/protocol/errors";
import type { Cli, InputStream } from "../cli.ts";
import { readInput } from "../read-input.ts";

const END = new Set(["\r", "\n", "\u0004"]);
const INTERRUPT = "\u0003";
const ERASE = new Set(["\u007f", "\b"]);
const ERASE_LINE = "\u0015";
/** Terminals put these around what is pasted, where a program before asked for it. */
const PASTE_MARKS = ["\u001b[200~", "\u001b[201~"];

export type RawInput = InputStream & { readonly setRawMode: (isRaw: boolean) => unknown };
export const isRaw = (stdin: InputStream): stdin is RawInput =>
  stdin.isTTY === true && "setRawMode" in stdin && typeof stdin.setRawMode === "function";

export async function readSecret(cli: Cli, prompt: string): Promise<string> {
  const { stdin, stderr } = cli.deps;
  if (!isRaw(stdin)) return (await readInput(stdin)).trim();
  stderr.write(prompt);
  stdin.setRawMode(true);
  try {
    return (await readLine(stdin)).trim();
  } finally {
    stdin.setRawMode(false);
    stderr.write("\n");
  }
}

const unmarked = (text: string): string =>
  PASTE_MARKS.reduce((rest, mark) => rest.replaceAll(mark, ""), text);

async function readLine(stdin: RawInput): Promise<string> {
  let typed = "";
  for await (const chunk of stdin) {
    for (const character of unmarked(Buffer.from(chunk).toString())) {
      if (END.has(character)) return typed;
      if (character === INTERRUPT) throw new TuttiError("interrupted", "Nothing was stored.");
      if (ERASE.has(character)) typed = typed.slice(0, -1);
      else typed = character === ERASE_LINE ? "" : typed + character;
    }
  }
  return typed;
}
