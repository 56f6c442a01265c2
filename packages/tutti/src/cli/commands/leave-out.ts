import type { DiffView, LeftOutFile } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import type { DaemonClient } from "../../client/daemon-client.ts";
import { finish } from "../await-run.ts";
import { textOption, type Action } from "../command-spec.ts";
import { selectRun } from "../select-run.ts";

/** `src/parse.js:1,3`: hunks by their place in the diff of the file, from 1. */
const WITH_HUNKS = /^(.+):(\d{1,6}(?:,\d{1,6})*)$/su;
const HEAD = /^@@ (-\d+(?:,\d+)? \+\d+(?:,\d+)?) @@/gmu;

export const run: Action = async (cli, input) => {
  const { run: id, rest } = await selectRun(cli, input.args, "act");
  if (rest.length === 0) throw new TuttiError("usage", "Name a file, or hunks as FILE:1,3.");
  const client = await cli.client();
  const { candidate } = await client.run(id);
  if (candidate === null) throw new TuttiError("candidate.moved", `${id} has no candidate yet.`);
  const { files: known } = await client.diff(id, { to: candidate.commit, only: "files" });
  const files: LeftOutFile[] = [];
  for (const text of rest)
    files.push(await partOf({ client, id, to: candidate.commit }, text, known));
  const reason = textOption(input, "reason");
  const accepted = await client.command(id, {
    kind: "hunks.leave-out",
    candidate: candidate.commit,
    files,
    ...(reason === undefined ? {} : { reason }),
  });
  const message =
    "Left out: a new candidate is made, and every gate runs again. Take it back with `tutti put-back`.";
  return finish(cli, input, { run: id, message, json: { ...accepted, files } });
};

type Of = { readonly client: DaemonClient; readonly id: string; readonly to: string };

/** A file by its whole name first: a name may end like a list of hunks. */
async function partOf(of: Of, text: string, known: DiffView["files"]): Promise<LeftOutFile> {
  if (known.some(({ path }) => path === text)) return { path: text, hunks: null };
  const [, path = text, numbers] = WITH_HUNKS.exec(text) ?? [];
  if (numbers === undefined) return { path, hunks: null };
  const { patch } = await of.client.diff(of.id, { to: of.to, path });
  const heads = [...patch.matchAll(HEAD)].flatMap((match) => match[1] ?? []);
  const hunks = numbers.split(",").map((number) => {
    const head = heads[Number(number) - 1];
    if (head !== undefined) return head;
    throw new TuttiError(
      "hunk.unknown",
      `${path} has ${heads.length} hunks, and no hunk ${number}.`,
    );
  });
  return { path, hunks: [...new Set(hunks)] };
}
