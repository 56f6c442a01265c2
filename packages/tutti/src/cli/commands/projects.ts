import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { columns } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli) => {
  const items = await (await cli.client()).projects();
  if (cli.isJson) {
    cli.printJson({ items });
    return EXIT.ok;
  }
  const rows = items.map(({ name, path, runs, open }) => [
    printableLine(name),
    `${runs} ${runs === 1 ? "run" : "runs"}, ${open} open`,
    printableLine(path),
  ]);
  for (const line of columns(rows)) cli.print(line);
  if (items.length === 0) cli.note('No project has runs yet. Start one with `tutti run "…"`.');
  return EXIT.ok;
};
