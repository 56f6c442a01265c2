import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { shortId } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "look");
  const view = await (await cli.client()).conflicts(id);
  if (cli.isJson) {
    cli.printJson(view);
    return EXIT.ok;
  }
  const target = printableLine(view.target);
  const at = view.tip === null ? "which does not exist yet" : `at ${shortId(view.tip)}`;
  const about = `${shortId(view.commit)} into ${target}, ${at}`;
  if (view.paths.length === 0) cli.print(`● ${about}: it merges.`);
  else cli.print(`▲ ${about}: ${view.paths.length} in conflict.`);
  for (const path of view.paths) cli.print(`  ${printableLine(path)}`);
  return EXIT.ok;
};
