import type { DiffView } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import type { Cli } from "../cli.ts";
import { flagOption, textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { columns } from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Style, Tone } from "../terminal/style.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "look");
  const from = textOption(input, "from");
  const to = textOption(input, "to");
  const path = textOption(input, "file");
  const isList = flagOption(input, "stat");
  const client = await cli.client();
  const diff = await client.diff(id, {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(path === undefined ? {} : { path }),
    ...(isList ? { only: "files" } : {}),
  });
  if (cli.isJson) cli.printJson(diff);
  else if (isList) cli.print(stat(diff).join("\n"));
  else printPatch(cli, diff);
  if (diff.truncated) {
    cli.note(
      "The diff is longer than the limit; its end is left out. See a file whole with --file.",
    );
  }
  return EXIT.ok;
};

const stat = ({ files }: DiffView): string[] =>
  columns(
    files.map(({ path, status, from, added, removed }) => [
      status,
      added === null || removed === null ? "not text" : `+${added} -${removed}`,
      printableLine(from === null ? path : `${from} → ${path}`),
    ]),
  );

/** As it is where a program reads it; made safe where a person does. */
function printPatch(cli: Cli, { patch }: DiffView): void {
  if (patch === "") {
    cli.note("Nothing is changed.");
    return;
  }
  if (!cli.isTerminal) {
    cli.print(patch);
    return;
  }
  const lines = printable(patch).trimEnd().split("\n");
  cli.print(lines.map((line) => painted(cli.style, line)).join("\n"));
}

function painted(style: Style, line: string): string {
  return style.paint(toneOf(line), line);
}

function toneOf(line: string): Tone {
  if (/^(?:diff |index |--- |\+\+\+ )/u.test(line)) return "strong";
  if (line.startsWith("@@")) return "running";
  if (line.startsWith("+")) return "ok";
  return line.startsWith("-") ? "refused" : "plain";
}
