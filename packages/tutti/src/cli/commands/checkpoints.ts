import type { CheckpointView } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { authorsText } from "../pages/authors.ts";
import { selectRun } from "../select-run.ts";
import { columns, shortId } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { run: id } = await selectRun(cli, input.args, "look");
  const items = await (await cli.client()).checkpoints(id);
  if (cli.isJson) {
    cli.printJson({ items });
    return EXIT.ok;
  }
  const rows = items.map((one) => [
    shortId(one.commit),
    printableLine(workOf(one)),
    `${one.changed} files`,
    printableLine(authorsText(one)),
  ]);
  for (const line of columns(rows)) cli.print(line);
  if (items.length === 0) cli.note("Nothing was written yet.");
  return EXIT.ok;
};

const workOf = ({ step, attempt, by }: CheckpointView): string =>
  step === null ? `by ${by}` : `${step}, attempt ${attempt ?? 1}`;
