/** The whole round, from the workspace to the merge, in repositories of every shape. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { RunSource, Workspaces } from "../../src/engine/ports/workspaces.ts";
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
} from "./support.ts";

// Dozens of git processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** Prepares, changes, checks, reviews, lands, merges, disposes. */
async function wholeRound(workspaces: Workspaces, source: RunSource): Promise<readonly string[]> {
  const { project } = source;
  const target = git(project, "symbolic-ref", "--short", "HEAD");
  const { root, facts } = await workspaces.prepare(source, quiet);
  expect(git(root, "status", "--porcelain")).toBe("");
  commitFiles(root, { "agent.txt": "by the agent\n" }, "By the agent");
  write(root, { "a.txt": "changed\n" });
  const { candidate } = await workspaces.checkpoint(source, {
    key: newKey(),
    message: "m",
    author: null,
  });
  git(project, "-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now");
  for (const purpose of ["checks", "review"] as const) {
    const { commit } = candidate;
    await using copy = await workspaces.throwAway(source, { key: newKey(), commit, purpose });
    expect(readFileSync(join(copy.place.root, "a.txt"), "utf8")).toBe("changed\n");
    expect(git(copy.place.root, "status", "--porcelain")).toBe("");
    git(copy.place.root, "log", "--format=%H");
  }
  const options = { target, to: "target", candidate } as const;
  const landing = await workspaces.landing(source, {
    ...options,
    key: newKey(),
    trailers: [],
    title: "t",
    at: 0,
  });
  if (landing.kind !== "prepared") throw new Error("conflict");
  const applied = await workspaces.apply(source, {
    ...options,
    key: newKey(),
    tip: landing.tip,
    landing: landing.landing,
  });
  expect(applied).toMatchObject({ kind: "applied", workTree: "updated" });
  expect(readFileSync(join(project, "a.txt"), "utf8")).toBe("changed\n");
  expect(git(project, "status", "--porcelain")).toBe("");
  expect((await workspaces.dispose(source)).parked).toEqual([]);
  return facts;
}

test("a path with blanks and unicode, a branch with slashes", async () => {
  using place = scratch("shape");
  const project = makeRepository(join(place.folder, "mein Projekt – 日本 'x' \"y\" $z"));
  git(project, "checkout", "-q", "-b", "feature/ünï/code");
  await wholeRound(openWorkspaces(place).workspaces, sourceOf(project));
  expect(git(project, "symbolic-ref", "--short", "HEAD")).toBe("feature/ünï/code");
});

test("SHA-256 object names", async () => {
  using place = scratch("shape");
  const project = makeRepository(
    join(place.folder, "project"),
    { "a.txt": "one\n" },
    "--object-format=sha256",
  );
  await wholeRound(openWorkspaces(place).workspaces, sourceOf(project));
  expect(commitOf(project)).toHaveLength(64);
});

test("a shallow clone says so and works", async () => {
  using place = scratch("shape");
  const origin = makeRepository(join(place.folder, "origin"));
  commitFiles(origin, { "a.txt": "two\n" }, "Second");
  const project = join(place.folder, "project");
  git(place.folder, "clone", "-q", "--depth=1", `file://${origin}`, project);
  const facts = await wholeRound(openWorkspaces(place).workspaces, sourceOf(project));
  expect(facts.join()).toContain("shallow");
  expect(git(project, "rev-parse", "--is-shallow-repository")).toBe("true");
});

describe("a partial clone", () => {
  test("works when everything of the base is here", async () => {
    using place = scratch("shape");
    const origin = makeRepository(join(place.folder, "origin"));
    commitFiles(origin, { "a.txt": "two\n" }, "Second");
    git(origin, "config", "uploadpack.allowFilter", "true");
    const project = join(place.folder, "project");
    git(place.folder, "clone", "-q", "--filter=blob:none", `file://${origin}`, project);
    const facts = await wholeRound(openWorkspaces(place).workspaces, sourceOf(project));
    expect(facts.join()).toContain("partial");
  });

  test("is refused with the command that completes it when files are missing, and fetches nothing", async () => {
    using place = scratch("shape");
    const origin = makeRepository(join(place.folder, "origin"));
    git(origin, "config", "uploadpack.allowFilter", "true");
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true");
    const project = join(place.folder, "project");
    git(place.folder, "clone", "-q", "-n", "--filter=blob:none", `file://${origin}`, project);
    const marker = join(place.folder, "executed");
    const program = join(place.folder, "program");
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\nexec git-upload-pack "$@"\n`);
    chmodSync(program, 0o755);
    git(project, "config", "remote.origin.uploadpack", program);
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    await expect(workspaces.prepare(source, quiet)).rejects.toMatchObject({
      code: "repository.incomplete",
    });
    expect(existsSync(marker)).toBe(false);

    const command = /git -C .* archive \S+/u;
    const message = await workspaces.prepare(source, quiet).catch((error: Error) => error.message);
    expect(message).toMatch(command);
    git(project, "archive", "-o", join(place.folder, "a.tar"), source.base.commit);
    expect(existsSync(marker)).toBe(true);
    git(project, "reset", "-q", "--hard");
    await wholeRound(workspaces, source);
  });
});

test("a linked work tree is a project of its own with the common objects", async () => {
  using place = scratch("shape");
  const main = makeRepository(join(place.folder, "main"));
  const project = join(place.folder, "linked");
  git(main, "worktree", "add", "-q", "-b", "side", project);
  await wholeRound(openWorkspaces(place).workspaces, sourceOf(project));
  expect(git(main, "status", "--porcelain")).toBe("");
  expect(git(main, "log", "-1", "--format=%s", "main")).toBe("First commit");
});

test("objects borrowed over two alternates, relative and absolute, are all shown inside", async () => {
  using place = scratch("shape");
  const first = makeRepository(join(place.folder, "first one"));
  const second = join(place.folder, "second");
  git(place.folder, "clone", "-q", "--shared", first, second);
  commitFiles(second, { "b.txt": "b\n" }, "In the second");
  const project = join(place.folder, "project");
  git(place.folder, "clone", "-q", second, project);
  writeFileSync(join(project, ".git/objects/info/alternates"), "../../../second/.git/objects\n");
  git(project, "repack", "-a", "-d", "-l", "-q");
  git(project, "prune-packed", "-q");
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  await workspaces.prepare(source, quiet);
  const { mounts } = await workspaces.authorPlace(source);
  for (const store of [project, second, first]) {
    const path = join(store, ".git/objects");
    expect(mounts).toContainEqual({ source: path, target: path, access: "read-only" });
  }
  await wholeRound(workspaces, source);
});

test("submodules are empty folders, said as a fact, and what an agent puts there changes nothing", async () => {
  using place = scratch("shape");
  const library = makeRepository(join(place.folder, "library"), { "lib.txt": "l\n" });
  const project = makeRepository(join(place.folder, "project"));
  git(project, "-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "libs/one");
  git(project, "commit", "-qm", "A submodule");
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  const { root, facts } = await workspaces.prepare(source, quiet);
  expect(facts.join()).toContain("libs/one");
  expect(readdirSync(join(root, "libs/one"))).toEqual([]);
  const { mounts } = await workspaces.authorPlace(source);
  const modules = join(root, ".gitmodules");
  expect(mounts).toContainEqual({ source: modules, target: modules, access: "read-only" });
  makeRepository(join(root, "libs/one"), { "planted.txt": "p\n" });
  write(root, { "a.txt": "changed\n" });
  const made = await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
  expect(made.changed).toEqual(["a.txt"]);
  await workspaces.dispose(source);
  await wholeRound(workspaces, sourceOf(project));
});

test("history rewritten and pruned in the middle of a run does no harm", async () => {
  using place = scratch("shape");
  const project = makeRepository(join(place.folder, "project"));
  commitFiles(project, { "a.txt": "two\n" }, "Second");
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  const { root } = await workspaces.prepare(source, quiet);
  git(project, "commit", "-q", "--amend", "-m", "Rewritten");
  git(project, "reflog", "expire", "--expire=now", "--all");
  git(project, "gc", "-q", "--prune=now");
  expect(git(root, "log", "--format=%s")).toBe("Second\nFirst commit");
  expect(git(root, "fsck", "--no-dangling")).toBe("");
  write(root, { "b.txt": "b\n" });
  const made = await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
  expect(made.changed).toEqual(["b.txt"]);
  const { parked } = await workspaces.dispose(source);
  expect(parked).toEqual([`refs/tutti/parked/${source.run}`]);
  git(project, "gc", "-q", "--prune=now");
  // The base stays pinned as long as parked work stands on it.
  expect(git(project, "cat-file", "-t", source.base.commit)).toBe("commit");
});

test("content filters of the user's configuration are not chosen by what an agent wrote", async () => {
  using place = scratch("shape");
  const project = makeRepository(join(place.folder, "project"));
  const marker = join(place.folder, "executed");
  for (const side of ["clean", "smudge"]) {
    git(project, "config", `filter.format.${side}`, `sh -c 'touch ${marker}; cat'`);
  }
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  const { root } = await workspaces.prepare(source, quiet);
  write(root, { ".gitattributes": "* filter=format\n" });
  await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
  await workspaces.dispose(source);
  await wholeRound(workspaces, sourceOf(project));
  expect(existsSync(marker)).toBe(false);
});

test("a project that was moved away leaves its workspace untouched", async () => {
  using place = scratch("shape");
  const project = makeRepository(join(place.folder, "project"));
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  const { root } = await workspaces.prepare(source, quiet);
  write(root, { "work.txt": "w\n" });
  renameSync(project, `${project}-moved`);
  mkdirSync(project);
  await expect(workspaces.dispose(source)).rejects.toMatchObject({ code: "repository.none" });
  await workspaces.recover([]);
  expect(readFileSync(join(root, "work.txt"), "utf8")).toBe("w\n");
});
