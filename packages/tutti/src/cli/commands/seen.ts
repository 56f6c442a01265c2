import type { SeenFiles } from "@tutti/protocol";
import { EXIT } from "@tutti/protocol/errors";
import { type Change, changeOf, hunksOf, partsOf } from "../change-parts.ts";
import type { Cli } from "../cli.ts";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";
import { columns } from "../terminal/layout.ts";
import { printableLine } from "../terminal/printable.ts";

export const run: Action = async (cli, input) => {
  const { args } = input;
  const { run: id, rest } = await selectRun(cli, args, args.length === 0 ? "look" : "act");
  const client = await cli.client();
  const change = await changeOf(client, id);
  if (rest.length === 0) {
    await show(cli, change);
    return EXIT.ok;
  }
  const files: { readonly path: string; readonly hunks: string[] }[] = [];
  for (const { path, hunks } of await partsOf(change, rest))
    files.push({ path, hunks: hunks ?? [...(await hunksOf(change, path))] });
  const accepted = await client.command(id, {
    kind: "change.see",
    candidate: change.candidate.commit,
    files,
  });
  if (cli.isJson) cli.printJson({ ...accepted, files });
  else cli.note("On the record as seen by you; your approval will say how much of the change was.");
  return EXIT.ok;
};

async function show(cli: Cli, change: Change): Promise<void> {
  const seen = await change.client.seen(change.id);
  if (cli.isJson) {
    cli.printJson(seen);
    return;
  }
  const lines: string[][] = [];
  for (const { path } of change.files)
    lines.push([printableLine(path), await howMuch(change, path, seen.files)]);
  cli.print(columns(lines).join("\n"));
}

async function howMuch(change: Change, path: string, files: SeenFiles): Promise<string> {
  const file = files.find((one) => one.path === path);
  if (file === undefined) return "not seen";
  const hunks = await hunksOf(change, path);
  if (hunks.length === 0) return "seen";
  const names = new Set(file.hunks);
  const seen = hunks.filter((name) => names.has(name)).length;
  return seen === hunks.length ? "seen" : `${seen} of ${hunks.length} hunks seen`;
}
