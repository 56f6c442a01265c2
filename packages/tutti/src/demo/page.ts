/** Writing for a person at a terminal: lines, paragraphs, rows of a command and what it does. */
import { wrap } from "../cli/terminal/layout.ts";
import { styleFor, type Style, type Tone } from "../cli/terminal/style.ts";
import type { Terminal } from "./terminal.ts";

const DEFAULT_COLUMNS = 80;
const MAX_COLUMNS = 100;
const COMMAND_COLUMNS = 32;
const INDENT = "  ";

export type Page = {
  readonly width: number;
  readonly style: Style;
  readonly line: (text: string, tone?: Tone) => void;
  /** Indented, broken at the width. */
  readonly paragraph: (text: string, tone?: Tone) => void;
  readonly command: (command: string, about: string) => void;
};

export function openPage(
  { stderr }: Pick<Terminal, "stderr">,
  question: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly isRefused: boolean;
  },
): Page {
  const style = styleFor({ ...question, isTerminal: stderr.isTTY === true });
  // A terminal that does not know its size says 0.
  const width = Math.min(stderr.columns || DEFAULT_COLUMNS, MAX_COLUMNS);
  const line: Page["line"] = (text, tone = "plain") =>
    void stderr.write(`${style.paint(tone, text)}\n`);
  return {
    width,
    style,
    line,
    paragraph: (text, tone) => {
      for (const row of wrap(text, width - INDENT.length)) line(`${INDENT}${row}`, tone);
    },
    command: (command, about) =>
      line(`${INDENT}${INDENT}${command.padEnd(COMMAND_COLUMNS)} ${style.paint("quiet", about)}`),
  };
}
