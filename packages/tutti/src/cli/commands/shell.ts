import { EXIT } from "@tutti/protocol/errors";
import type { TerminalEnded, TerminalView } from "@tutti/protocol";
import type { Cli } from "../cli.ts";
import { flagOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { columns } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";
import { runScript } from "../terminal/run-script.ts";
import { attach, isKeyboard, screenSize } from "../terminal/attach.ts";

/** Why a terminal ended that its shell did not end. */
const ENDS: Readonly<Record<string, string>> = {
  closed: "it was closed",
  idle: "nothing happened in it for an hour",
  left: "whoever opened it is gone",
  given: "the workspace was given back",
  "run-ended": "the run has ended",
  stopped: "the daemon was stopped",
  lost: "the daemon is gone",
  "workspace-full": "the workspace is full",
};

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  if (flagOption(input, "list")) return list(cli, await client.terminals(id));
  const { stdin } = cli.deps;
  if (cli.isJson) {
    cli.printJson(await client.shell(id));
    return EXIT.ok;
  }
  if (!isKeyboard(stdin)) {
    // Without a terminal there is nobody to prompt: standard input is the script.
    const terminal = await client.openTerminal(id, { ...screenSize(cli), kind: "script" });
    return exitOf(cli, await runScript(cli, { client, terminal }));
  }
  const terminal = await client.openTerminal(id, screenSize(cli));
  const fence = terminal.isolation === "none" ? "A shell WITHOUT a fence" : "A shell in the fence";
  cli.note(`${fence} of ${id}, in ${terminal.root}. Leave it with \`exit\`.`);
  if (terminal.access === "read-only")
    cli.note(`The work tree is read-only here; \`tutti take ${id}\` first to work in it.`);
  return exitOf(cli, await attach(cli, { client, terminal, keyboard: stdin }));
};

function exitOf(cli: Cli, { reason, code }: TerminalEnded): number {
  if (reason === "exited") return code ?? EXIT.failed;
  cli.note(`The terminal has ended: ${ENDS[reason] ?? reason}.`);
  return reason === "given" || reason === "closed" ? EXIT.ok : EXIT.failed;
}

function list(cli: Cli, items: readonly TerminalView[]): number {
  if (cli.isJson) {
    cli.printJson({ items });
    return EXIT.ok;
  }
  const rows = items.map(({ id, by, access, openedAt, ended }) => [
    id,
    printableLine(by),
    access,
    new Date(openedAt).toISOString(),
    ended === null ? "open" : (ENDS[ended.reason] ?? ended.reason),
  ]);
  for (const line of columns(rows)) cli.print(line);
  if (items.length === 0) cli.note("No terminal of this run was opened.");
  return EXIT.ok;
}
