/**
 * Files whose names are no text. What is shown of such a name is another name, which no argument of git
 * brings back, so that a diff of it would be empty: their patches are made of their contents, by id.
 */
import { isUtf8 } from "node:buffer";
import type { CommitId } from "@tutti/protocol";
import type { RunGit } from "./run-git.ts";
import { storeBlob } from "./store-blob.ts";

const NUL = 0;
const NO_ID = /^0+$/u;
const LINK_MODE = "160000";
/** Stands for bytes that are no text. */
const REPLACED = "\uFFFD";

/** Ids of both sides of every changed file that is shown under this name and has another. */
export async function unnamedChanges(
  { vault }: Pick<RunGit, "vault">,
  { from, to, path }: { readonly from: CommitId; readonly to: CommitId; readonly path: string },
): Promise<readonly (readonly [before: string, after: string])[]> {
  if (!path.includes(REPLACED)) return [];
  const out = await vault.call(["diff-tree", "-r", "--raw", "-z", "--no-renames", from, to]);
  const parts = partsOf(out.bytes);
  return parts.flatMap((name, at): [string, string][] => {
    if (at % 2 === 0 || isUtf8(name) || name.toString() !== path) return [];
    const [was, is, before = "", after = ""] = (parts[at - 1]?.toString() ?? "").split(" ");
    return was === `:${LINK_MODE}` || is === LINK_MODE ? [] : [[before, after]];
  });
}

const partsOf = (bytes: Buffer): readonly Buffer[] => {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NUL, at);
    parts.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return parts;
};

type PatchOptions = {
  readonly from: CommitId;
  readonly to: CommitId;
  readonly paths: readonly string[];
  readonly flags: readonly string[];
  readonly maxBytes: number;
};

/** The patches of those that are shown under these names, one after the other. */
export async function unnamedPatch(
  work: Pick<RunGit, "vault">,
  { from, to, paths, flags, maxBytes }: PatchOptions,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const all = { text: "", isCut: false };
  for (const path of paths)
    for (const sides of await unnamedChanges(work, { from, to, path })) {
      const [before, after] = [await contentOf(work, sides[0]), await contentOf(work, sides[1])];
      const out = await work.vault.call(["diff", "--full-index", ...flags, before, after], {
        maxOutputBytes: maxBytes,
        isCut: true,
      });
      all.text += out.stdout;
      all.isCut ||= out.isCut;
    }
  return all;
}

/** What is not there is empty. */
const contentOf = async (work: Pick<RunGit, "vault">, id: string): Promise<string> =>
  NO_ID.test(id) ? await storeBlob(work, Buffer.alloc(0)) : id;
