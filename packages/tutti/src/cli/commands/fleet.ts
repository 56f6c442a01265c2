import type { FleetRow } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { cut, duration } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";
import { STEP_MARKS, type Mark } from "../terminal/style.ts";

const MARKS: Readonly<Record<FleetRow["state"], Mark>> = {
  queued: { shape: "○", word: "queued", tone: "quiet" },
  working: STEP_MARKS.working,
  waiting: STEP_MARKS.waiting,
  silent: { shape: "◇", word: "silent", tone: "waiting" },
};

export const run: Action = async (cli) => {
  const fleet = await (await cli.client()).fleet();
  if (cli.isJson) {
    cli.printJson(fleet);
    return EXIT.ok;
  }
  const { style, width } = cli;
  for (const row of fleet.items) {
    const { shape, word, tone } = MARKS[row.state];
    const since = row.startedAt === null ? "" : `  ${duration(fleet.at - row.startedAt)}`;
    const paused = row.isPaused ? "  ‖ paused" : "";
    const facts = printableLine(`${row.agent}  ${row.run} ${row.step}  ${row.title}`);
    cli.print(`${style.paint(tone, `${shape} ${word}`)}${since}${paused}  ${facts}`);
    const last = printableLine(row.last ?? "");
    if (last !== "") cli.print(`    ${style.paint("quiet", cut(last, width - 4))}`);
  }
  if (fleet.items.length === 0) cli.note("No agent works.");
  return EXIT.ok;
};
