import { EXIT } from "@tutti/protocol/errors";
import { flagOption, textOption, type Action } from "../command-spec.ts";
import { limitOf } from "../limit-option.ts";
import { taskLines } from "../pages/task-list.ts";
import { projectRoot } from "../project-root.ts";

const MAX_LIMIT = 200;

export const run: Action = async (cli, input) => {
  const project = flagOption(input, "all") ? null : projectRoot(cli.deps.cwd);
  const states = textOption(input, "state")?.split(",");
  const client = await cli.client();
  const page = await client.runs({
    limit: limitOf(input, MAX_LIMIT),
    cursor: textOption(input, "cursor"),
    ...(project === null ? {} : { project }),
    ...(states === undefined ? {} : { states }),
  });
  if (cli.isJson) {
    cli.printJson(page);
    return EXIT.ok;
  }
  const { style, width } = cli;
  for (const line of taskLines(page.items, { style, width, now: Date.now() })) cli.print(line);
  if (page.items.length === 0) cli.note('No run yet. Start one with `tutti run "…"`.');
  if (page.next !== null) cli.note(`There are more: add \`--cursor ${page.next}\`.`);
  return EXIT.ok;
};
