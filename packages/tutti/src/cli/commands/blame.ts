import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { textOption, type Action } from "../command-spec.ts";
import { authorsText } from "../pages/authors.ts";
import { selectRun } from "../select-run.ts";
import { columns, shortId } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "look");
  const [path] = rest;
  if (path === undefined) throw new TuttiError("usage", "Name a file of the change.");
  const client = await cli.client();
  const range = { from: textOption(input, "from"), to: textOption(input, "to") };
  const view = await client.blame(id, { ...range, path });
  if (cli.isJson) {
    cli.printJson(view);
    return EXIT.ok;
  }
  const checkpoints = await client.checkpoints(id);
  const rows = view.lines.map(({ start, count, checkpoint }) => {
    const found = checkpoints.find(({ commit }) => commit === checkpoint);
    return [
      count === 1 ? String(start) : `${start}-${start + count - 1}`,
      checkpoint === null ? "?" : shortId(checkpoint),
      found === undefined ? "by no checkpoint that is known" : printableLine(authorsText(found)),
    ];
  });
  for (const line of columns(rows)) cli.print(line);
  if (view.isLate) cli.note("Git took too long to say who wrote this file: it is not known.");
  else if (rows.length === 0) cli.note("The run wrote no line of this file that is there.");
  return EXIT.ok;
};
