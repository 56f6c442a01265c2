/**
 * The index of a work tree of the user's, held like git holds it: by `index.lock`. The lock names the
 * merge it belongs to, so that after a crash it is known whose lock was left behind.
 */
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "@tutti/protocol";
import { copyWithAge } from "./copy-with-age.ts";

export type WorkTree = { readonly path: string; readonly gitDir: string };

export type HeldIndex = {
  readonly tree: WorkTree;
  /** A copy to work on. */
  readonly file: string;
  /** Puts the copy into place. */
  readonly replace: () => void;
  readonly [Symbol.dispose]: () => void;
};

const filesOf = (gitDir: string, key: string) => ({
  index: join(gitDir, "index"),
  lock: join(gitDir, "index.lock"),
  own: join(gitDir, `tutti-${key}.lock`),
  file: join(gitDir, `tutti-${key}.index`),
});

const contentOf = (key: string): string => `tutti ${key}\n`;

/** Throws `git.failed` (later) when another git process holds it. */
export function holdIndex(tree: WorkTree, key: string): HeldIndex {
  const { index, lock, own, file } = filesOf(tree.gitDir, key);
  if (!isOwn(lock, key)) takeLock({ own, lock, key });
  rmSync(`${file}.lock`, { force: true });
  if (existsSync(index)) copyWithAge(index, file);
  else rmSync(file, { force: true });
  return {
    tree,
    file,
    replace: () => renameSync(file, index),
    [Symbol.dispose]: () => releaseIndex(tree.gitDir, key),
  };
}

/** Lets go of what this merge holds, be it of this process or of one that is gone. */
export function releaseIndex(gitDir: string, key: string): void {
  const { lock, own, file } = filesOf(gitDir, key);
  for (const path of [file, `${file}.lock`, own]) rmSync(path, { force: true });
  if (isOwn(lock, key)) rmSync(lock, { force: true });
}

/** The lock appears with its content or not at all, wherever there are hard links. */
function takeLock({ own, lock, key }: { own: string; lock: string; key: string }): void {
  writeFileSync(own, contentOf(key), { mode: 0o600 });
  try {
    linkSync(own, lock);
  } catch (error) {
    if (existsSync(lock)) throw held(lock, error);
    writeFileSync(lock, contentOf(key), { flag: "wx", mode: 0o600 });
  } finally {
    rmSync(own, { force: true });
  }
}

function held(lock: string, cause: unknown): TuttiError {
  return new TuttiError("git.failed", `Another git process holds ${lock}.`, {
    retry: "later",
    cause,
  });
}

function isOwn(lock: string, key: string): boolean {
  try {
    return readFileSync(lock, "utf8") === contentOf(key);
  } catch {
    return false; // there is none, or it is not ours to read
  }
}
