/**
 * The vault: one bare repository of Tutti's own per project. It borrows the user's objects and
 * receives checkpoints, landings and parked work under `refs/tutti/`. Whatever is computed about a
 * run is computed here, with a configuration no agent and no repository can write.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { randomBase32 } from "../../platform/ids.ts";
import { writeFileAtomic } from "../../platform/atomic-file.ts";
import type { Caller, Git } from "./git.ts";
import { alternatesFile, type Source } from "./source.ts";

export type Vault = {
  readonly folder: string;
  readonly objects: string;
  /** Calls git in it. */
  readonly call: Caller;
};

const vaultAt = (git: Git, folder: string): Vault => ({
  folder,
  objects: join(folder, "objects"),
  call: (args, more) => git.call(args, { gitDir: folder, ...more }),
});

/** Makes the vault when it is not there; keeps its alternates and shallow list as the user's are. */
export function openVault(git: Git, folder: string, source: Source): Vault {
  const vault = vaultAt(git, folder);
  if (!existsSync(join(folder, "HEAD"))) create(folder, source);
  borrow(folder, source);
  return vault;
}

/**
 * Removes locks that a killed git left. To be called only when no process of Tutti's runs git here:
 * before the first operation of a daemon.
 */
export function unlockVault(folder: string): void {
  const refs = join(folder, "refs");
  if (!existsSync(refs)) return;
  const locks = readdirSync(refs, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".lock"))
    .map((name) => join(refs, name));
  for (const lock of [...locks, join(folder, "packed-refs.lock")]) rmSync(lock, { force: true });
}

function create(folder: string, source: Source): void {
  const fresh = `${folder}.${randomBase32(8)}.new`;
  for (const name of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"]) {
    mkdirSync(join(fresh, name), { recursive: true, mode: 0o700 });
  }
  writeFileAtomic(join(fresh, "config"), `${repositoryFormat(source, { isBare: true })}${CONFIG}`);
  writeFileAtomic(join(fresh, "HEAD"), "ref: refs/heads/none\n");
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Somebody else was faster.
    if (!existsSync(join(folder, "HEAD"))) throw error;
  }
}

const CONFIG = `[gc]
\tauto = 0
[transfer]
\tfsckObjects = true
[core]
\talternateRefsPrefixes = refs/tutti/
`;

/** The part of a configuration that says how to read the repository at all. */
export function repositoryFormat(
  source: Pick<Source, "format">,
  { isBare }: { readonly isBare: boolean },
): string {
  const isSha256 = source.format === "sha256";
  return `[core]
\trepositoryformatversion = ${isSha256 ? 1 : 0}
\tfilemode = true
\tbare = ${String(isBare)}
${isSha256 ? "[extensions]\n\tobjectFormat = sha256\n" : ""}`;
}

/** Borrows the user's objects: alternates, and the list of commits whose parents are cut off. */
export function borrow(gitFolder: string, source: Source, extra: readonly string[] = []): void {
  const text = alternatesFile([...extra, ...source.objects]);
  const alternates = join(gitFolder, "objects/info/alternates");
  if (!existsSync(alternates) || readFileSync(alternates, "utf8") !== text) {
    writeFileAtomic(alternates, text, { mode: 0o644, isDurable: false });
  }
  const shallow = join(gitFolder, "shallow");
  if (source.shallowFile === null) rmSync(shallow, { force: true });
  else copyFileSync(source.shallowFile, shallow);
}
