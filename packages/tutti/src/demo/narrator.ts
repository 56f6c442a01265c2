/** Tells a run as it happens: one calm line for each thing, details below it. */
import type { EventOf, RunEvent } from "@tutti/protocol";
import type { DaemonClient } from "../client/daemon-client.ts";
import { cut, indent, wrap } from "../cli/terminal/layout.ts";
import { printable } from "../cli/terminal/printable.ts";
import { tellingOf, type Cast } from "./narration.ts";
import type { Page } from "./page.ts";

export type NarratorOptions = {
  readonly page: Page;
  readonly cast: Cast;
  readonly client: DaemonClient;
  readonly signal: AbortSignal;
};

const TIME_COLUMNS = 6;
const ABOUT_COLUMNS = 14;
/** Time, shape and step, each with what stands between them. */
const TEXT_COLUMN = TIME_COLUMNS + ABOUT_COLUMNS + 5;
const MIN_TEXT_COLUMNS = 30;
/** Changed lines that are shown of one commit. */
const CHANGE_MAX_LINES = 10;

export function createNarrator({
  page,
  cast,
  client,
  signal,
}: NarratorOptions): (event: RunEvent) => Promise<void> {
  const { style, width } = page;
  const room = Math.max(width - TEXT_COLUMN, MIN_TEXT_COLUMNS);
  let startedAt: number | null = null;
  const below = (lines: readonly string[]): void => {
    for (const line of indent(lines, TEXT_COLUMN)) page.line(line, "quiet");
  };
  return async ({ at, body, run }) => {
    startedAt ??= at;
    const told = tellingOf(body, cast);
    if (told === null) return;
    const time = `${((at - startedAt) / 1000).toFixed(1)} s`.padStart(TIME_COLUMNS);
    const [first = "", ...rest] = wrap(told.text, room);
    const [shape, tone] = told.mark;
    const mark = style.paint(tone, `${shape} ${told.about.padEnd(ABOUT_COLUMNS)}`);
    page.line(`${style.paint("quiet", time)}  ${mark} ${first}`);
    for (const line of indent(rest, TEXT_COLUMN)) page.line(line);
    below(told.details.flatMap((detail) => wrap(printable(detail), room)));
    if (body.type !== "checkpoint.created") return;
    const lines = await changedLines(body, { run, client, signal });
    below(lines.map((line) => cut(line, room)));
  };
}

/** The changed lines of code of a commit, tests left out. */
async function changedLines(
  { candidate, parent }: Pick<EventOf<"checkpoint.created">, "candidate" | "parent">,
  { run, client, signal }: { run: string; client: DaemonClient; signal: AbortSignal },
): Promise<string[]> {
  const { patch } = await client.diff(run, { from: parent, to: candidate.commit }, { signal });
  const code = patch
    .split(/^(?=diff --git )/mu)
    .filter((file) => !file.startsWith("diff --git a/test/"));
  const lines = code
    .flatMap((file) => file.split("\n"))
    .filter((line) => /^[+-](?!\+\+ |-- )/u.test(line))
    .map((line) => printable(line))
    .filter((line) => line.trim().length > 1);
  const shown = outdent(lines.slice(0, CHANGE_MAX_LINES));
  return lines.length > shown.length ? [...shown, `… ${lines.length - shown.length} more`] : shown;
}

/** Without the indentation that all lines have behind their sign. */
function outdent(lines: readonly string[]): string[] {
  const depths = lines.map((line) => line.slice(1).search(/\S/u));
  const common = Math.max(Math.min(...depths), 0);
  return lines.map((line) => `${line.slice(0, 1)} ${line.slice(1 + common)}`);
}
