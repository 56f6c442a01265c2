import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { EffectId } from "@tutti/protocol";
import type { RunSource, Workspaces } from "../../src/engine/ports/workspaces.ts";
import { layoutOf } from "../../src/workspace/layout.ts";
import {
  commitFiles,
  commitOf,
  git,
  makeRepository,
  newKey,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
  write,
  type Overrides,
  type Scratch,
} from "./support.ts";

type Setting = Scratch & {
  readonly project: string;
  readonly workspaces: Workspaces;
  readonly source: RunSource;
  readonly root: string;
  readonly vault: string;
  readonly checkpoint: (key?: EffectId) => ReturnType<Workspaces["checkpoint"]>;
};

async function setting(
  files?: Readonly<Record<string, string>>,
  overrides: Overrides = {},
): Promise<Setting> {
  const place = scratch("checkpoint");
  const project = makeRepository(join(place.folder, "project"), files);
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project, overrides);
  const { root } = await workspaces.prepare(source, quiet);
  return {
    ...place,
    project,
    workspaces,
    source,
    root,
    vault: layoutOf(place.data).project(join(project, ".git")).vault,
    checkpoint: (key = newKey()) =>
      workspaces.checkpoint(source, { key, message: "Work", author: null }),
  };
}

const filesOf = (vault: string, commit: string): string[] =>
  git(vault, "ls-tree", "-r", "--name-only", commit).split("\n");

describe("what becomes the candidate", () => {
  test("nothing changed: the present candidate, under any key", async () => {
    using at = await setting();
    const made = await at.checkpoint();
    expect(made.candidate).toEqual(at.source.base);
    expect(made.changed).toEqual([]);
  });

  test("uncommitted files become one commit with the effect's trailer, ignored ones stay out", async () => {
    using at = await setting({ "a.txt": "a\n", ".gitignore": "*.log\n" });
    write(at.root, { "new.txt": "n\n", "x.log": "noise\n" });
    rmSync(join(at.root, "a.txt"));
    const key = newKey();
    const made = await at.checkpoint(key);
    expect(made.changed).toEqual(["a.txt", "new.txt"]);
    expect(filesOf(at.vault, made.candidate.commit)).toEqual([".gitignore", "new.txt"]);
    const message = git(at.vault, "log", "-1", "--format=%B", made.candidate.commit);
    expect(message).toContain(`Tutti-Effect: ${key}`);
    expect(git(at.vault, "log", "-1", "--format=%an <%ae>", made.candidate.commit)).toBe(
      "Ada <ada@example.test>",
    );
  });

  test("a second call with the same key makes no second commit", async () => {
    using at = await setting();
    write(at.root, { "a.txt": "1\n" });
    const key = newKey();
    const first = await at.checkpoint(key);
    write(at.root, { "a.txt": "2\n" });
    expect(await at.checkpoint(key)).toEqual(first);
    const second = await at.checkpoint();
    expect(second.parent).toBe(first.candidate.commit);
  });

  test("the agent's own commits are kept and the rest goes on top", async () => {
    using at = await setting();
    const own = commitFiles(at.root, { "own.txt": "own\n" }, "By the agent");
    write(at.root, { "rest.txt": "rest\n" });
    const made = await at.checkpoint();
    expect(commitOf(at.vault, `${made.candidate.commit}^`)).toBe(own);
    expect(made.changed).toEqual(["own.txt", "rest.txt"]);
    expect(git(at.root, "rev-parse", "HEAD")).toBe(made.candidate.commit);
    expect(git(at.root, "status", "--porcelain")).toBe("");
    const next = commitFiles(at.root, { "own.txt": "more\n" }, "Goes on");
    expect((await at.checkpoint()).candidate.commit).toBe(next);
  });

  test("commits on another branch or a detached head are taken as well", async () => {
    using at = await setting();
    git(at.root, "checkout", "-q", "-b", "elsewhere/deep");
    const first = commitFiles(at.root, { "x.txt": "x\n" }, "On a branch");
    expect((await at.checkpoint()).candidate.commit).toBe(first);
    git(at.root, "checkout", "-q", "--detach");
    const second = commitFiles(at.root, { "x.txt": "y\n" }, "Detached");
    expect((await at.checkpoint()).candidate.commit).toBe(second);
  });

  test("a rewritten history becomes one commit with the files on the present candidate", async () => {
    using at = await setting();
    write(at.root, { "a.txt": "first\n" });
    const first = await at.checkpoint();
    git(at.root, "reset", "-q", "--soft", at.source.base.commit);
    commitFiles(at.root, { "a.txt": "rewritten\n" }, "Another history");
    const second = await at.checkpoint();
    expect(second.parent).toBe(first.candidate.commit);
    expect(commitOf(at.vault, `${second.candidate.commit}^`)).toBe(first.candidate.commit);
    expect(git(at.vault, "show", `${second.candidate.commit}:a.txt`)).toBe("rewritten");
    expect(git(at.root, "rev-parse", "HEAD")).toBe(second.candidate.commit);
    expect(git(at.root, "fsck", "--no-dangling")).toBe("");
  });

  test("files that only the agent's commit tracks against .gitignore are kept", async () => {
    using at = await setting({ "a.txt": "a\n", ".gitignore": "forced.log\n" });
    write(at.root, { "forced.log": "keep me\n" });
    git(at.root, "add", "-f", "forced.log");
    git(at.root, "commit", "-qm", "Forced");
    write(at.root, { "a.txt": "b\n" });
    const made = await at.checkpoint();
    expect(filesOf(at.vault, made.candidate.commit)).toContain("forced.log");
  });
});

describe("repositories inside the work tree", () => {
  test("the files of new ones are taken as files, born or unborn, nested or not", async () => {
    using at = await setting();
    makeRepository(join(at.root, "born"), { "one.txt": "1\n" });
    mkdirSync(join(at.root, "unborn/deep"), { recursive: true });
    git(join(at.root, "unborn"), "init", "-q");
    write(at.root, { "unborn/two.txt": "2\n" });
    makeRepository(join(at.root, "unborn/deep/inner"), { "three.txt": "3\n" });
    const made = await at.checkpoint();
    expect(made.changed).toEqual(["born/one.txt", "unborn/deep/inner/three.txt", "unborn/two.txt"]);
    write(at.root, { "born/more.txt": "more\n" });
    expect((await at.checkpoint()).changed).toEqual(["born/more.txt"]);
  });

  test("an empty one is nothing, and neither are pipes", async () => {
    using at = await setting();
    mkdirSync(join(at.root, "hollow"));
    git(join(at.root, "hollow"), "init", "-q");
    execFileSync("mkfifo", [join(at.root, "pipe")]);
    expect((await at.checkpoint()).candidate).toEqual(at.source.base);
  });

  test("nothing left at all is a candidate too, twice", async () => {
    using at = await setting();
    rmSync(join(at.root, "a.txt"));
    rmSync(join(at.root, "src"), { recursive: true });
    const made = await at.checkpoint();
    expect(made.changed).toEqual(["a.txt", "src/b.txt"]);
    expect((await at.checkpoint()).candidate).toEqual(made.candidate);
    write(at.root, { "again.txt": "a\n" });
    expect((await at.checkpoint()).changed).toEqual(["again.txt"]);
  });

  test("a link the agent committed is replaced by its files", async () => {
    using at = await setting();
    makeRepository(join(at.root, "inner"), { "one.txt": "1\n" });
    git(at.root, "add", "inner");
    git(at.root, "commit", "-qm", "A link");
    const made = await at.checkpoint();
    expect(made.changed).toEqual(["inner/one.txt"]);
    expect(git(at.vault, "ls-tree", "-r", made.candidate.commit)).not.toContain("160000");
  });
});

describe("a clone that is not what it should be", () => {
  test("without any git folder the files are recorded and the clone is made usable again", async () => {
    using at = await setting();
    rmSync(join(at.root, ".git"), { recursive: true });
    write(at.root, { "a.txt": "survives\n", "kept.txt": "k\n" });
    const made = await at.checkpoint();
    expect(made.changed).toEqual(["a.txt", "kept.txt"]);
    expect(git(at.root, "rev-parse", "HEAD")).toBe(made.candidate.commit);
    expect(git(at.root, "status", "--porcelain")).toBe("");
  });

  test("links planted in the git folder are not written through", async () => {
    using at = await setting();
    const outside = join(at.folder, "outside");
    mkdirSync(outside);
    for (const name of ["objects/pack", "refs/heads"]) {
      rmSync(join(at.root, ".git", name), { recursive: true });
      symlinkSync(outside, join(at.root, ".git", name));
    }
    writeFileSync(join(outside, "victim"), "untouched");
    rmSync(join(at.root, ".git/index"));
    symlinkSync(join(outside, "victim"), join(at.root, ".git/index"));
    write(at.root, { "a.txt": "changed\n" });
    await at.checkpoint();
    expect(readFileSync(join(outside, "victim"), "utf8")).toBe("untouched");
    expect(readdirSync(outside)).toEqual(["victim"]);
    expect(git(at.root, "status", "--porcelain")).toBe("");
  });

  test("malformed objects are not taken; the files are", async () => {
    using at = await setting();
    const tree = git(at.root, "rev-parse", "HEAD^{tree}");
    const raw = `tree ${tree}\nparent ${at.source.base.commit}\nauthor nobody\ncommitter nobody\n\nx\n`;
    writeFileSync(join(at.folder, "raw"), raw);
    const bad = git(
      at.root,
      "hash-object",
      "-w",
      "--literally",
      "-t",
      "commit",
      `${at.folder}/raw`,
    );
    writeFileSync(join(at.root, ".git/refs/heads/tutti", at.source.run), `${bad}\n`);
    write(at.root, { "a.txt": "changed\n" });
    const made = await at.checkpoint();
    expect(commitOf(at.vault, `${made.candidate.commit}^`)).toBe(at.source.base.commit);
    expect(made.changed).toEqual(["a.txt"]);
  });
});

test("file names with line breaks, quotes, blanks and unicode survive", async () => {
  using at = await setting();
  const names = ["li\nne.txt", 'q"uote.txt', " blank .txt", "ünï😀.txt", "-dash", "tab\t.txt"];
  write(at.root, Object.fromEntries(names.map((name) => [name, "x\n"])));
  const made = await at.checkpoint();
  expect([...made.changed].toSorted()).toEqual(names.toSorted());
  const diff = await at.workspaces.diff(at.source, {
    from: at.source.base.commit,
    to: made.candidate.commit,
  });
  expect(diff.files.map(({ path }) => path).toSorted()).toEqual(names.toSorted());
});

test("mount points of placeholders stay out, a person's file of such a name gets in", async () => {
  using at = await setting();
  write(at.root, { ".npmrc": "", ".mcp.json": '{"mcpServers":{}}\n' });
  const made = await at.checkpoint();
  expect(made.changed).toEqual([".mcp.json"]);
});

test("what the recipe brings never gets into a commit", async () => {
  using place = scratch("checkpoint");
  const project = makeRepository(join(place.folder, "project"));
  write(project, { ".env": "SECRET=1\n", "conf/local [1].json": "{}\n", "big/data.bin": "b" });
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project, {
    config: { recipe: { copy: [".env", "conf/*.json"], link: ["big"] } },
  });
  const { root } = await workspaces.prepare(source, quiet);
  expect(readFileSync(join(root, ".env"), "utf8")).toBe("SECRET=1\n");
  const { mounts } = await workspaces.authorPlace(source);
  expect(mounts).toContainEqual({
    source: join(project, "big"),
    target: join(root, "big"),
    access: "read-only",
  });
  write(root, { "big/inside.txt": "x", "a.txt": "changed\n" });
  const made = await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
  expect(made.changed).toEqual(["a.txt"]);
});

test("restoring puts files, branch and next checkpoint back to that commit", async () => {
  using at = await setting();
  write(at.root, { "a.txt": "1\n" });
  const first = await at.checkpoint();
  write(at.root, { "a.txt": "2\n", "more.txt": "m\n" });
  await at.checkpoint();
  write(at.root, { "a.txt": "dirty\n" });
  await at.workspaces.restore(at.source, first.candidate.commit);
  expect(readFileSync(join(at.root, "a.txt"), "utf8")).toBe("1\n");
  expect(existsSync(join(at.root, "more.txt"))).toBe(false);
  expect(git(at.root, "status", "--porcelain")).toBe("");
  write(at.root, { "a.txt": "3\n" });
  expect((await at.checkpoint()).parent).toBe(first.candidate.commit);
});
