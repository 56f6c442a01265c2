/** `tutti` alone: what needs you, what runs, and the command center. */
import { EXIT } from "@tutti/protocol/errors";
import type { DaemonClient } from "../../client/daemon-client.ts";
import type { Cli } from "../cli.ts";
import { addressOf, noteLost, showLink } from "../command-center.ts";
import type { Action } from "../command-spec.ts";
import { attentionLines } from "../pages/attention-list.ts";
import { taskLines } from "../pages/task-list.ts";
import { indent } from "../terminal/layout.ts";

/** Runs that have ended and are still shown. */
const RECENT = 5;
const PAGE = 200;
const OPEN = ["queued", "working", "waiting", "paused"];
const ENDED = ["merged", "completed", "failed", "cancelled"];

export const run: Action = async (cli) => {
  const client = await cli.client();
  const attention = await client.attention();
  const open = await client.runs({ states: OPEN, limit: PAGE });
  const recent = await client.runs({ states: ENDED, limit: RECENT });
  if (cli.isJson) {
    const web = await client.web();
    cli.printJson({ attention, open: open.items, recent: recent.items, web });
    return EXIT.ok;
  }
  const { style, width } = cli;
  const options = { style, width, now: Date.now() };
  const title = (text: string): string => style.paint("strong", text);
  cli.print(
    title(attention.length === 0 ? "Nothing needs you" : `Needs you (${attention.length})`),
  );
  for (const item of attention) {
    cli.print(`\n  ${style.paint("quiet", item.run)}`);
    cli.print(indent(attentionLines(item, options), 2).join("\n"));
  }
  if (open.items.length > 0) cli.print(`\n${title("Under way")}`);
  for (const line of taskLines(open.items, options)) cli.print(line);
  if (recent.items.length > 0) cli.print(`\n${title("Ended")}`);
  for (const line of taskLines(recent.items, options)) cli.print(line);
  if (open.items.length + recent.items.length === 0) {
    cli.print('\nStart a task with `tutti run "…"`; `tutti help` lists the commands.');
  }
  await showCommandCenter(cli, client);
  return EXIT.ok;
};

/** A link is made for a person alone: a program that reads this has no browser to sign in. */
async function showCommandCenter(cli: Cli, client: DaemonClient): Promise<void> {
  cli.print("");
  if (cli.isTerminal) {
    const link = await client.webLink();
    noteLost(cli, await client.web());
    return await showLink(cli, link, { isBrowserWanted: true });
  }
  const web = await client.web();
  noteLost(cli, web);
  const { port } = web;
  cli.print(
    port === null
      ? "The command center: `tutti open`"
      : `The command center: ${addressOf(port)} (\`tutti open\` signs a browser in)`,
  );
}
