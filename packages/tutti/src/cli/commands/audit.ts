import { actorName } from "@tutti/client/actor-name";
import type { AuditLine } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import { textOption, type Action, type Input } from "../command-spec.ts";
import { limitOf } from "../limit-option.ts";
import { selectRun } from "../select-run.ts";
import { columns } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

const MAX_LIMIT = 200;
const ACTORS = ["person", "agent", "system"] as const;

export const run: Action = async (cli, input) => {
  const client = await cli.client();
  const [named] = input.args;
  const one = named === undefined ? undefined : (await selectRun(cli, [named], "look")).run;
  const page = await client.audit({
    actor: actorOf(input),
    run: one,
    limit: limitOf(input, MAX_LIMIT),
    cursor: textOption(input, "cursor"),
  });
  if (cli.isJson) {
    cli.printJson(page);
    return EXIT.ok;
  }
  const rows = page.items.map((line) => [
    new Date(line.at).toISOString().slice(0, 19).replace("T", " "),
    line.run ?? "",
    printableLine(actorName(line.actor)),
    line.did,
    printableLine(line.about ?? ""),
  ]);
  for (const line of columns(rows)) cli.print(line);
  if (page.items.length === 0) cli.note("Nothing was done, as far as was looked.");
  if (page.next !== null) cli.note(`There is more: add \`--cursor ${page.next}\`.`);
  return EXIT.ok;
};

function actorOf(input: Input): AuditLine["actor"]["kind"] | undefined {
  const named = textOption(input, "actor");
  return ACTORS.find((actor) => actor === named);
}
