import { EXIT, TuttiError } from "@tutti/protocol/errors";
import { flagOption, textOption, type Action, type Input } from "../command-spec.ts";
import { taskLines } from "../pages/task-list.ts";
import { projectRoot } from "../project-root.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export const run: Action = async (cli, input) => {
  const project = flagOption(input, "all") ? null : projectRoot(cli.deps.cwd);
  const states = textOption(input, "state")?.split(",");
  const client = await cli.client();
  const page = await client.runs({
    limit: limitOf(input),
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
  if (page.next !== null) cli.note("There are more; see `--limit`.");
  return EXIT.ok;
};

function limitOf(input: Input): number {
  const text = textOption(input, "limit");
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,4}$/u.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new TuttiError("usage", `--limit is a number from 1 to ${MAX_LIMIT}.`);
}
