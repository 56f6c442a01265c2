import type { RunGit } from "./run-git.ts";

/** Its id. */
export async function storeBlob({ vault }: Pick<RunGit, "vault">, bytes: Buffer): Promise<string> {
  const out = await vault.call(["hash-object", "-w", "-t", "blob", "--stdin"], { stdin: bytes });
  return out.stdout.trim();
}
