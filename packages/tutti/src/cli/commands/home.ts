/** `tutti` alone: what needs you, and what runs. */
import { EXIT } from "@tutti/protocol/errors";
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
    cli.printJson({ attention, open: open.items, recent: recent.items });
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
  return EXIT.ok;
};
