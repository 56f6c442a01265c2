import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  watch,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../src/workspace/layout.ts";
import {
  commitFiles,
  git,
  makeRepository,
  newKey,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
  write,
} from "./support.ts";

describe("preparing", () => {
  test("ten runs at once, and one of them twice, all get a clone of their own", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const sources = Array.from({ length: 10 }, () => sourceOf(project));
    const made = await Promise.all(
      [...sources, sources[0] ?? sourceOf(project)].map((it) => workspaces.prepare(it, quiet)),
    );
    expect(new Set(made.map(({ root }) => root)).size).toBe(10);
    for (const { root } of made) expect(git(root, "status", "--porcelain")).toBe("");
    const pins = git(project, "for-each-ref", "--format=%(refname)", "refs/tutti").split("\n");
    expect(pins).toHaveLength(10);
    await Promise.all(sources.map((it) => workspaces.dispose(it)));
    expect(git(project, "for-each-ref", "refs/tutti")).toBe("");
    expect(readdirSync(join(place.data, "runs"))).toEqual([]);
  });

  test("again returns the same workspace as it is", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const first = await workspaces.prepare(source, quiet);
    write(first.root, { "work.txt": "w\n" });
    expect(await openWorkspaces(place).workspaces.prepare(source, quiet)).toEqual(first);
    expect(readFileSync(join(first.root, "work.txt"), "utf8")).toBe("w\n");
  });

  test("a half-made clone is made afresh", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    write(layoutOf(place.data).run(source.run).newTree, { ".git/HEAD": "junk", "left.txt": "l" });
    const { root } = await workspaces.prepare(source, quiet);
    expect(existsSync(join(root, "left.txt"))).toBe(false);
    expect(git(root, "status", "--porcelain")).toBe("");
  });

  test("a tree that a crash left without its place comes back at the last checkpoint", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const { root } = await workspaces.prepare(source, quiet);
    write(root, { "work.txt": "w\n" });
    await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
    renameSync(root, `${root}.old`);
    await workspaces.recover([source.run]);
    expect((await workspaces.authorPlace(source)).root).toBe(root);
    expect(readFileSync(join(root, "work.txt"), "utf8")).toBe("w\n");
  });

  test.skipIf(process.getuid?.() === 0)(
    "a folder that refuses is an error with what to do, not a crash",
    async () => {
      using place = scratch("life");
      const project = makeRepository(join(place.folder, "project"));
      const { workspaces } = openWorkspaces(place);
      const source = sourceOf(project);
      chmodSync(join(place.data, "runs"), 0o500);
      const failure = await workspaces.prepare(source, quiet).catch((error: unknown) => error);
      chmodSync(join(place.data, "runs"), 0o700);
      expect(failure).toMatchObject({ code: "workspace.failed", retry: "later" });
      await workspaces.prepare(source, quiet);
    },
  );

  test("an aborted one leaves nothing that is in the way", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const signal = AbortSignal.abort(new Error("cancelled"));
    await expect(workspaces.prepare(source, { ...quiet, signal })).rejects.toThrow("cancelled");
    await workspaces.prepare(source, quiet);
  });
});

describe("disposing", () => {
  test("parks unmerged work, dirty files included, and says where", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const { root } = await workspaces.prepare(source, quiet);
    commitFiles(root, { "committed.txt": "c\n" }, "By the agent");
    write(root, { "dirty.txt": "d\n" });
    const { parked, vault } = await workspaces.dispose(source);
    expect(parked).toEqual([`refs/tutti/parked/${source.run}`]);
    expect(vault).toBe(layoutOf(place.data).project(join(project, ".git")).vault);
    const names = git(vault, "ls-tree", "--name-only", parked[0] ?? "").split("\n");
    expect(names).toEqual(["a.txt", "committed.txt", "dirty.txt", "src"]);
    expect(git(vault, "for-each-ref", "--format=%(refname)")).toBe(parked[0]);
    expect(existsSync(root)).toBe(false);
    expect(await workspaces.dispose(source)).toEqual({ parked, vault });
  });

  test("work that a branch of the user's holds is not parked", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const { root } = await workspaces.prepare(source, quiet);
    commitFiles(root, { "committed.txt": "c\n" }, "By the agent");
    git(project, "fetch", "-q", root, "HEAD:refs/heads/taken");
    expect((await workspaces.dispose(source)).parked).toEqual([]);
    expect(git(project, "for-each-ref", "refs/tutti")).toBe("");
  });
});

const FILES = 2000;

describe("killed while it disposes of a merged run", () => {
  test("the next call takes what is left of the files for no new work", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const { root } = await workspaces.prepare(source, quiet);
    const files = Array.from({ length: FILES }, (_, index) => [`many/${index}.txt`, `${index}\n`]);
    write(root, Object.fromEntries(files));
    await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
    git(project, "fetch", "-q", root, "HEAD:refs/heads/taken");

    const removing = Promise.withResolvers<void>();
    const watching = watch(join(root, "many"), () => removing.resolve());
    const job = { data: place.data, home: place.home, source };
    const program = join(import.meta.dirname, "dispose.ts");
    const child = spawn(process.execPath, [program, JSON.stringify(job)], { stdio: "inherit" });
    await removing.promise;
    child.kill("SIGKILL");
    const [, signal] = await once(child, "exit");
    watching.close();
    expect(signal).toBe("SIGKILL");
    expect(existsSync(layoutOf(place.data).run(source.run).folder)).toBe(true);

    expect((await workspaces.dispose(source)).parked).toEqual([]);
    expect(git(project, "for-each-ref", "refs/tutti")).toBe("");
    expect(readdirSync(join(place.data, "runs"))).toEqual([]);
  });
});

describe("recovering", () => {
  test("removes throw-away places and half-made trees, keeps live runs, parks what nobody owns", async () => {
    using place = scratch("life");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const live = sourceOf(project);
    const lost = sourceOf(project);
    const { root } = await workspaces.prepare(live, quiet);
    write(root, { "live.txt": "l\n" });
    const orphan = await workspaces.prepare(lost, quiet);
    write(orphan.root, { "lost.txt": "l\n" });
    const { commit } = live.base;
    await workspaces.throwAway(live, { key: newKey(), commit, purpose: "checks" });
    mkdirSync(layoutOf(place.data).run("r-halfmade").newTree, { recursive: true });
    const fresh = openWorkspaces(place).workspaces;
    expect((await fresh.recover([live.run])).removed).toBe(4);
    expect(readdirSync(join(place.data, "runs"))).toEqual([live.run]);
    expect(readFileSync(join(root, "live.txt"), "utf8")).toBe("l\n");
    expect(readdirSync(join(place.data, "runs", live.run, "places"))).toEqual([]);
    const { vault } = layoutOf(place.data).project(join(project, ".git"));
    expect(git(vault, "show", `refs/tutti/parked/${lost.run}:lost.txt`)).toBe("l");
    expect((await fresh.recover([live.run])).removed).toBe(0);
  });
});
