import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { landedLines, landingLines } from "../pages/landing-list.ts";

export const run: Action = async (cli) => {
  const landings = await (await cli.client()).landings();
  if (cli.isJson) {
    cli.printJson(landings);
    return EXIT.ok;
  }
  const options = { style: cli.style, width: cli.width, now: Date.now() };
  for (const line of landingLines(landings.items, options)) cli.print(line);
  if (landings.items.length === 0) cli.note("Nothing is on its way into a branch.");
  for (const line of landedLines(landings.landed, options)) cli.print(line);
  return EXIT.ok;
};
