/**
 * Files whose names are no text. What is shown of such a name is another name, which no argument of git
 * brings back, so that a diff of it would be empty: their patches are made of their contents, by id. Where
 * git must have the name itself, it is handed over as bytes (`GitCall.lastBytes`).
 */
import { isUtf8 } from "node:buffer";
import type { RunGit } from "./run-git.ts";
import { storeBlob } from "./store-blob.ts";

const NUL = 0;
const NO_ID = /^0+$/u;
const LINK_MODE = "160000";
/** Stands for bytes that are no text. */
const REPLACED = "\uFFFD";

type Asked = { readonly from: string; readonly to: string; readonly path: string };
type Unnamed = {
  /** Its real one. */
  readonly name: Buffer;
  readonly before: string;
  readonly after: string;
};

/** Every changed file that is shown under this name and has another, with the ids of both sides. */
export async function unnamedChanges(
  { vault }: Pick<RunGit, "vault">,
  { from, to, path }: Asked,
): Promise<readonly Unnamed[]> {
  if (!path.includes(REPLACED)) return [];
  const out = await vault.call(["diff-tree", "-r", "--raw", "-z", "--no-renames", from, to]);
  const parts = partsOf(out.bytes);
  return parts.flatMap((name, at): Unnamed[] => {
    if (at % 2 === 0 || isUtf8(name) || name.toString() !== path) return [];
    const [was, is, before = "", after = ""] = (parts[at - 1]?.toString() ?? "").split(" ");
    return was === `:${LINK_MODE}` || is === LINK_MODE ? [] : [{ name, before, after }];
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

type PatchOptions = Omit<Asked, "path"> & {
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
      const before = await contentOf(work, sides.before);
      const after = await contentOf(work, sides.after);
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
