import { EXIT } from "@tutti/protocol/errors";
import { changeOf, hunksOf, partsOf } from "../change-parts.ts";
import type { Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  const client = await cli.client();
  const change = await changeOf(client, id);
  const files: { readonly path: string; readonly hunks: string[] }[] = [];
  for (const { path, hunks } of await partsOf(change, rest))
    files.push({ path, hunks: hunks ?? (await hunksOf(change, path)) });
  const accepted = await client.command(id, {
    kind: "change.see",
    candidate: change.candidate.commit,
    files,
  });
  if (cli.isJson) cli.printJson({ ...accepted, files });
  else cli.note("On the record as seen by you; your approval will say how much of the change was.");
  return EXIT.ok;
};
