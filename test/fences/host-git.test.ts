/** Fences 28 and 29: git on the host over what an agent wrote. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git, newKey } from "../../packages/tutti/test/workspace/support.ts";
import { expectFence, type Side } from "./arena.ts";

describe("fence 28: git on the host executes nothing that a workspace holds", async () => {
  await import("../../packages/tutti/test/workspace/hostile-clone.test.ts");
});

/** A tree entry as git stores it: mode, name, NUL, 20 bytes of id. */
function entry(mode: string, name: string, id: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
}

type Malformed = { readonly what: string; readonly tree: (blob: string, folder: string) => Buffer };

/** Trees that git itself never writes; checking one out would write outside its place. */
const MALFORMED: readonly Malformed[] = [
  { what: "an entry named .git", tree: (blob, folder) => entry("40000", ".git", folder) },
  { what: "an entry named ..", tree: (blob, folder) => entry("40000", "..", folder) },
  { what: "an entry with a slash", tree: (blob) => entry("100644", "../escape", blob) },
  {
    what: "the same name twice",
    tree: (blob) => Buffer.concat([entry("100644", "a", blob), entry("100644", "a", blob)]),
  },
];

/** Commits a tree that is not one, as an agent can with its own objects and branch. */
function plantCommit({ tree }: Side, malformed: Malformed): string {
  const write = (type: string, bytes: Buffer): string =>
    execFileSync("git", ["hash-object", "-t", type, "-w", "--literally", "--stdin"], {
      cwd: tree,
      input: bytes,
      encoding: "utf8",
    }).trim();
  const blob = write("blob", Buffer.from("x\n"));
  const folder = write("tree", entry("100644", "config", blob));
  const top = write("tree", malformed.tree(blob, folder));
  const head = git(tree, "rev-parse", "HEAD");
  const commit = git(tree, "commit-tree", top, "-p", head, "-m", malformed.what);
  const ref = readFileSync(join(tree, ".git/HEAD"), "utf8").slice("ref: ".length).trim();
  git(tree, "update-ref", ref, commit);
  return commit;
}

test("fence 29: malformed objects do not come in by a fetch", () =>
  expectFence(async (side) => {
    const outcome: Record<string, boolean> = {};
    for (const malformed of MALFORMED) {
      const commit = plantCommit(side, malformed);
      if (side.isolation === "none") {
        // The control: a plain fetch takes it.
        const target = join(side.folder, `plain-${Object.keys(outcome).length}.git`);
        git(side.folder, "init", "-q", "--bare", target);
        git(target, "fetch", "-q", side.tree, "HEAD");
        outcome[malformed.what] = hasObject(target, commit);
        continue;
      }
      const made = await side.workspaces.checkpoint(side.source, {
        key: newKey(),
        message: "Work",
        author: null,
      });
      expect(made.candidate.commit).not.toBe(commit);
      outcome[malformed.what] = hasObject(side.project, commit) || isInVault(side, commit);
    }
    return outcome;
  }));

function hasObject(repository: string, commit: string): boolean {
  try {
    git(repository, "cat-file", "-e", commit);
    return true;
  } catch {
    return false;
  }
}

function isInVault({ folder }: Side, commit: string): boolean {
  const vaults = execFileSync("find", [join(folder, "data/projects"), "-name", "vault.git"], {
    encoding: "utf8",
  });
  return vaults
    .trim()
    .split("\n")
    .some((vault) => hasObject(vault, commit));
}
