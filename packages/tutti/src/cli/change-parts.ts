/** Files and hunks of a change as a person names them: FILE, or FILE:1,3 with hunks counted from 1. */
import type { Candidate, DiffView, LeftOutFile } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { hunkHeads } from "@tutti/protocol/hunk-heads";
import type { DaemonClient } from "../client/daemon-client.ts";

/** `src/parse.js:1,3`: hunks by their place in the diff of the file, from 1. */
const WITH_HUNKS = /^(.+):(\d{1,6}(?:,\d{1,6})*)$/su;

/** The change of a run from its base to the present candidate. */
export type Change = {
  readonly client: DaemonClient;
  readonly id: string;
  readonly candidate: Candidate;
  readonly files: DiffView["files"];
};

/** Throws `candidate.moved` where there is no candidate. */
export async function changeOf(client: DaemonClient, id: string): Promise<Change> {
  const { candidate } = await client.run(id);
  if (candidate === null) throw new TuttiError("candidate.moved", `${id} has no candidate yet.`);
  const { files } = await client.diff(id, { to: candidate.commit, only: "files" });
  return { client, id, candidate, files };
}

/** In order; throws `usage` without any, `hunk.unknown` for a number that the file does not have. */
export async function partsOf(change: Change, texts: readonly string[]): Promise<LeftOutFile[]> {
  if (texts.length === 0) throw new TuttiError("usage", "Name a file, or hunks as FILE:1,3.");
  const parts: LeftOutFile[] = [];
  for (const text of texts) parts.push(await partOf(change, text));
  return parts;
}

export async function hunksOf(
  { client, id, candidate }: Change,
  path: string,
): Promise<readonly string[]> {
  const { patch } = await client.diff(id, { to: candidate.commit, path });
  return hunkHeads(patch);
}

/** A file by its whole name first: a name may end like a list of hunks. */
async function partOf(change: Change, text: string): Promise<LeftOutFile> {
  if (change.files.some(({ path }) => path === text)) return { path: text, hunks: null };
  const [, path = text, numbers] = WITH_HUNKS.exec(text) ?? [];
  if (numbers === undefined) return { path, hunks: null };
  const heads = await hunksOf(change, path);
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
