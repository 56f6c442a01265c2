import { EXIT } from "@tutti/protocol/errors";
import type { Action } from "../command-spec.ts";
import { limitOf } from "../limit-option.ts";
import { columns, indent } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

const MAX_HITS = 100;

export const run: Action = async (cli, input) => {
  const client = await cli.client();
  const limit = limitOf(input, MAX_HITS);
  const result = await client.search({ q: input.args.join(" "), limit });
  if (cli.isJson) {
    cli.printJson(result);
    return EXIT.ok;
  }
  for (const { kind, run: id, title, detail, where } of result.items) {
    const about = kind === "run" ? title : `${where}: ${title}`;
    cli.print(columns([[id, kind, printableLine(about)]]).join(""));
    const line = printableLine(detail);
    if (line !== "") cli.print(indent([cli.style.paint("quiet", line)], 4).join(""));
  }
  if (result.items.length === 0) cli.note("Nothing has every one of these words.");
  if (result.isCut)
    cli.note(
      "There may be more: name more words, or a higher `--limit`. Of very old tasks only titles are looked at.",
    );
  return EXIT.ok;
};
