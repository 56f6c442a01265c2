import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CommitId, type RunEvent, StepKey } from "@tutti/protocol";
import { createDiffReads } from "../../src/engine/diff-reads.ts";
import type { RunSource, Workspaces } from "../../src/engine/ports/workspaces.ts";
import { blameFile } from "../../src/workspace/git/blame.ts";
import { createGit } from "../../src/workspace/git/git.ts";
import type { Vault } from "../../src/workspace/git/vault.ts";
import { newWorld } from "../domain/world.ts";
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
  type Scratch,
} from "./support.ts";

type Setting = Scratch & {
  readonly project: string;
  readonly workspaces: Workspaces;
  readonly source: RunSource;
  readonly root: string;
  readonly checkpoint: () => Promise<CommitId>;
};

const work = () => ({ key: newKey(), message: "Work", author: null });

async function setting(files: Readonly<Record<string, string>>): Promise<Setting> {
  const place = scratch("diff");
  const project = makeRepository(join(place.folder, "project"), files);
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  const { root } = await workspaces.prepare(source, quiet);
  const checkpoint = async () => (await workspaces.checkpoint(source, work())).candidate.commit;
  return { ...place, project, workspaces, source, root, checkpoint };
}

const TEN = Array.from({ length: 10 }, (_, at) => `line ${at + 1}\n`).join("");

describe("the files of a change", () => {
  test("show what is in them also where their names are no text, and two have one name", async () => {
    using at = await setting({ "a.txt": "a\n" });
    const named = (byte: number): Buffer =>
      Buffer.concat([Buffer.from(join(at.root, "evil")), Buffer.from([byte]), Buffer.from(".sh")]);
    writeFileSync(named(0xff), "first one\n");
    writeFileSync(named(0xfe), "second one\n");
    const first = await at.checkpoint();
    writeFileSync(named(0xff), "first two\n");
    rmSync(named(0xfe));
    const second = await at.checkpoint();
    const shown = async (from: CommitId, to: CommitId): Promise<string[]> => {
      const range = { from, to };
      const files = await at.workspaces.changes(at.source, range);
      const path = files[0]?.path ?? "";
      expect(files.map((file) => file.path)).toEqual([path, path]);
      const { patch } = await at.workspaces.diff(at.source, { ...range, paths: [path] });
      return patch.split("\n").filter((line) => /^[+-][a-z]/u.test(line));
    };
    const { commit: base } = at.source.base;
    expect((await shown(base, first)).toSorted()).toEqual(["+first one", "+second one"]);
    expect((await shown(first, second)).toSorted()).toEqual([
      "+first two",
      "-first one",
      "-second one",
    ]);
  });

  test("have numbers of lines, whatever their names are, and none where they are not text", async () => {
    using at = await setting({ "a.txt": TEN, "old name.txt": TEN, "gone.txt": "1\n2\n" });
    rmSync(join(at.root, "gone.txt"));
    rmSync(join(at.root, "old name.txt"));
    write(at.root, {
      "a.txt": TEN.replace("line 3\n", "line three\nand more\n"),
      "new\tname.txt": `${TEN}end\n`,
      "picture.bin": "\0\0\0",
    });
    const range = { from: at.source.base.commit, to: await at.checkpoint() };
    expect(await at.workspaces.changes(at.source, range)).toEqual([
      { path: "a.txt", status: "modified", from: null, added: 2, removed: 1 },
      { path: "gone.txt", status: "deleted", from: null, added: 0, removed: 2 },
      { path: "new\tname.txt", status: "renamed", from: "old name.txt", added: 1, removed: 0 },
      { path: "picture.bin", status: "added", from: null, added: null, removed: null },
    ]);
  });

  test("the patch of one is by its exact name, not by a pattern", async () => {
    using at = await setting({ "a.txt": "1\n" });
    write(at.root, { "a.txt": "2\n", "*.txt": "star\n", ":(top)b": "magic\n" });
    const range = { from: at.source.base.commit, to: await at.checkpoint() };
    const patchOf = async (path: string) =>
      (await at.workspaces.diff(at.source, { ...range, paths: [path] })).patch;
    expect(await patchOf("*.txt")).toMatch(/^\+star$/mu);
    expect(await patchOf("*.txt")).not.toContain("a.txt");
    expect(await patchOf(":(top)b")).toMatch(/^\+magic$/mu);
  });

  test("one file may be longer than the limit of a whole diff", async () => {
    using at = await setting({ "a.txt": "1\n" });
    const long = Array.from({ length: 100_000 }, (_, at_) => `value ${at_} ${"x".repeat(40)}\n`);
    write(at.root, { "long.txt": long.join(""), "b.txt": "2\n" });
    const range = { from: at.source.base.commit, to: await at.checkpoint() };
    expect((await at.workspaces.diff(at.source, range)).truncated).toBe(true);
    const one = await at.workspaces.diff(at.source, { ...range, paths: ["long.txt"] });
    expect(one.truncated).toBe(false);
    expect(one.patch.match(/^\+value /gmu)).toHaveLength(100_000);
    const [, counted] = await at.workspaces.changes(at.source, range);
    expect(counted).toMatchObject({ path: "long.txt", added: 100_000 });
  });
});

describe("who wrote a line", () => {
  test("is the checkpoint that brought it, with the commits an agent made itself", async () => {
    using at = await setting({ "a.txt": TEN });
    const base = at.source.base.commit;
    write(at.root, { "a.txt": TEN.replace("line 2\n", "second\n") });
    const first = await at.checkpoint();
    write(at.root, { "a.txt": TEN.replace("line 2\n", "second\n").replace("line 9\n", "ninth\n") });
    git(at.root, "commit", "-q", "-a", "-m", "by the agent itself");
    write(at.root, { "b.txt": "new\n" });
    const second = await at.checkpoint();

    const owners = await at.workspaces.owners(at.source, {
      from: base,
      checkpoints: [first, second],
    });
    const blame = (path: string, isGone = false) =>
      at.workspaces.blame(at.source, { from: base, to: second, path, isGone });
    const { lines, touched } = await blame("a.txt");
    const told = lines.map(({ start, count, commit }) => [start, count, owners.get(commit)]);
    expect(told).toEqual([
      [2, 1, first],
      [9, 1, second],
    ]);
    expect(touched.map((commit) => owners.get(commit))).toEqual([first, second]);
    expect((await blame("b.txt")).lines).toEqual([{ start: 1, count: 1, commit: second }]);
  });

  test("a file that is gone has no lines, and still those who touched it", async () => {
    using at = await setting({ "a.txt": TEN, "b.txt": "b\n" });
    rmSync(join(at.root, "a.txt"));
    const commit = await at.checkpoint();
    const options = { from: at.source.base.commit, to: commit, path: "a.txt", isGone: true };
    expect(await at.workspaces.blame(at.source, options)).toEqual({
      lines: [],
      touched: [commit],
      isLate: false,
    });
  });

  test("are told also where the name of the file is no text, unless two are shown under it", async () => {
    using at = await setting({ "a.txt": "a\n" });
    const named = (byte: number): Buffer =>
      Buffer.concat([Buffer.from(join(at.root, "evil ")), Buffer.of(byte), Buffer.from("'.sh")]);
    writeFileSync(named(0xff), "one\n");
    const first = await at.checkpoint();
    writeFileSync(named(0xff), "one\ntwo\n");
    const second = await at.checkpoint();
    const blame = (to: CommitId) =>
      at.workspaces.blame(at.source, {
        from: at.source.base.commit,
        to,
        path: "evil \uFFFD'.sh",
        isGone: false,
      });
    expect(await blame(second)).toEqual({
      lines: [
        { start: 1, count: 1, commit: first },
        { start: 2, count: 1, commit: second },
      ],
      touched: [first, second],
      isLate: false,
    });
    writeFileSync(named(0xfe), "another\n");
    expect(await blame(await at.checkpoint())).toEqual({ lines: [], touched: [], isLate: false });
  });

  test("are nobody's, and said to be late, where git takes too long to tell", async () => {
    using at = scratch("late");
    const project = makeRepository(join(at.folder, "project"), { "a.txt": "a\n" });
    const from = CommitId.parse(git(project, "rev-parse", "HEAD"));
    const to = CommitId.parse(commitFiles(project, { "a.txt": "b\n" }, "Change"));
    const bin = join(at.folder, "bin");
    const real = git(project, "--exec-path");
    write(bin, {
      git: `#!/bin/sh\ncase " $* " in *" blame "*) exec sleep 300;; esac\nexec ${real}/git "$@"\n`,
    });
    chmodSync(join(bin, "git"), 0o755);
    const slow = createGit({
      folder: join(at.folder, "git"),
      environment: { PATH: `${bin}:${process.env["PATH"]}` },
    });
    const call: Vault["call"] = (args, more) =>
      slow.call(args, { gitDir: join(project, ".git"), ...more });
    const vault = { folder: project, objects: join(project, ".git/objects"), call };
    const blame = (timeoutMs: number, isGone: boolean) =>
      blameFile({ vault }, { from, to, path: "a.txt", isGone }, { timeoutMs });
    expect(await blame(60_000, true)).toEqual({ lines: [], touched: [to], isLate: false });
    expect(await blame(2000, false)).toEqual({ lines: [], touched: [], isLate: true });
  });
});

describe("a conflict that is still to come", () => {
  test("is told before the merge, and leaves nothing behind", async () => {
    using at = await setting({ "a.txt": TEN });
    write(at.root, { "a.txt": TEN.replace("line 5", "ours") });
    const commit = await at.checkpoint();
    const ask = () => at.workspaces.conflicts(at.source, { target: "main", commit });
    expect(await ask()).toEqual({ tip: at.source.base.commit, paths: [] });

    const tip = commitFiles(at.project, { "a.txt": TEN.replace("line 5", "theirs") }, "Meanwhile");
    const refs = git(at.project, "for-each-ref");
    expect(await ask()).toEqual({ tip, paths: ["a.txt"] });
    expect(git(at.project, "for-each-ref")).toBe(refs);
    expect(await at.workspaces.conflicts(at.source, { target: "not-there", commit })).toEqual({
      tip: null,
      paths: [],
    });
  });
});

describe("a review of a run", () => {
  test("names for each line the step and attempt that wrote it, and reads no file but those changed", async () => {
    using at = await setting({ "a.txt": TEN, "other.txt": "secret\n" });
    write(at.root, { "a.txt": TEN.replace("line 2\n", "second\n") });
    const commit = await at.checkpoint();
    const { state } = newWorld();
    const { base } = at.source;
    const candidate = { commit, tree: base.tree };
    const bodies: RunEvent["body"][] = [
      {
        type: "step.started",
        step: StepKey.parse("implement"),
        attempt: 2,
        inputs: {},
        agent: "alto",
      },
      {
        type: "checkpoint.created",
        candidate,
        parent: base.commit,
        changed: ["a.txt"],
        step: StepKey.parse("implement"),
        by: "alto",
        family: "anthropic",
      },
    ];
    const log = bodies.map((body, index): RunEvent => {
      const actor = { kind: "system" as const, part: "engine" };
      return { seq: index, run: state.id, version: index + 1, at: 1, actor, schema: 1, body };
    });
    const reads = createDiffReads(
      {
        eventsOf: (_run, after, limit) => log.slice(after, after + limit),
        workspaces: at.workspaces,
      },
      () => ({
        ...state,
        id: at.source.run,
        project: { ...state.project, path: at.project },
        base: { ...base, ref: "main" },
        candidate,
      }),
    );
    expect(reads.checkpoints(state.id)).toMatchObject([
      { commit, step: "implement", attempt: 2, by: "alto", changed: 1 },
    ]);
    const blame = await reads.blame(state.id, { path: "a.txt" });
    expect(blame.lines).toEqual([{ start: 2, count: 1, checkpoint: commit }]);
    expect((await reads.diff(state.id, { path: "a.txt" })).patch).toContain("+second");
    for (const path of ["other.txt", "../project/a.txt", "/etc/passwd", "--output=x", ""]) {
      await expect(reads.diff(state.id, { path })).rejects.toMatchObject({ code: "file.unknown" });
      await expect(reads.blame(state.id, { path })).rejects.toMatchObject({ code: "file.unknown" });
    }
  });
});
