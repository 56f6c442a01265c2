import { fields } from "./git.ts";
import type { Vault } from "./vault.ts";

export type TreeEntry = { readonly mode: string; readonly id: string; readonly path: string };

/** Every file, link and submodule of a commit. */
export async function listTree(vault: Vault, commit: string): Promise<readonly TreeEntry[]> {
  const out = await vault.call(["ls-tree", "-r", "-z", "--full-tree", commit]);
  return fields(out.stdout).map((row) => {
    const [mode = "", , id = ""] = row.slice(0, row.indexOf("\t")).split(" ");
    return { mode, id, path: row.slice(row.indexOf("\t") + 1) };
  });
}

export const isSubmodule = ({ mode }: TreeEntry): boolean => mode === "160000";
