import type { TranscriptEntry } from "@tutti/protocol";
import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { printRun } from "../await-run.ts";
import type { Cli } from "../cli.ts";
import { flagOption, textOption, type Action, type Input } from "../command-spec.ts";
import { transcriptLines } from "../pages/transcript.ts";
import { selectRun } from "../select-run.ts";
import { printable } from "../terminal/printable.ts";

/** Entries read at once, and how many of a session's last ones are printed. */
const PAGE = 500;
const MAX_ENTRIES = 5000;

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "look");
  const client = await cli.client();
  const artifact = textOption(input, "artifact");
  if (artifact !== undefined) {
    const text = await client.artifact(id, artifact);
    if (cli.isJson) cli.printJson({ run: id, name: artifact, text });
    else cli.print(cli.isTerminal ? printable(text) : text);
    return EXIT.ok;
  }
  const hash = textOption(input, "blob");
  if (hash !== undefined) {
    const text = await client.blob(hash);
    if (cli.isJson) cli.printJson({ hash, text });
    else cli.print(cli.isTerminal ? printable(text) : text);
    return EXIT.ok;
  }
  if (flagOption(input, "sessions")) {
    const sessions = (await client.sessions(id)).map(({ session }) => session);
    if (cli.isJson) cli.printJson({ run: id, sessions });
    else for (const session of sessions) cli.print(printable(session));
    return EXIT.ok;
  }
  if (input.options["transcript"] !== undefined) return transcript(cli, input, id);
  printRun(cli, await client.run(id));
  return EXIT.ok;
};

async function transcript(cli: Cli, input: Input, id: string): Promise<number> {
  const client = await cli.client();
  const names = (await client.sessions(id)).map(({ session }) => session);
  const session = sessionOf(names, id, textOption(input, "transcript"));
  const { total } = await client.transcript(session, { from: 0, limit: 1 });
  let from = Math.max(total - MAX_ENTRIES, 0);
  if (from > 0) cli.note(`The first ${from} entries are left out.`);
  while (from < total) {
    const page = await client.transcript(session, { from, limit: PAGE });
    for (const entry of page.entries) printEntry(cli, entry);
    if (page.entries.length === 0) break;
    from += page.entries.length;
  }
  return EXIT.ok;
}

/** By its whole name, or by what comes after the run: a step means the newest session of it. */
function sessionOf(all: readonly string[], id: string, named: string | undefined): string {
  const session =
    named === undefined
      ? all.at(-1)
      : all.findLast((name) => name === named || `${name}/`.startsWith(`${id}/${named}/`));
  if (session !== undefined) return session;
  const what = named === undefined ? "session yet" : `session ${named}`;
  throw new TuttiError("session.unknown", `${id} has no ${what}.`);
}

function printEntry(cli: Cli, entry: TranscriptEntry): void {
  if (cli.isJson) cli.printJson(entry);
  else cli.print(transcriptLines(entry, cli.style).join("\n"));
}
