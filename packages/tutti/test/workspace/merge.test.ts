import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { Candidate, EffectId } from "@tutti/protocol";
import type { Landing, RunSource, Workspaces } from "../../src/engine/ports/workspaces.ts";
import {
  candidateOf,
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
  type Scratch,
} from "./support.ts";

// Dozens of git processes each, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

type Prepared = Extract<Landing, { kind: "prepared" }>;

type Setting = Scratch & {
  readonly project: string;
  readonly workspaces: Workspaces;
  readonly source: RunSource;
  readonly root: string;
};

async function setting(files?: Readonly<Record<string, string>>): Promise<Setting> {
  const place = scratch("merge");
  const project = makeRepository(join(place.folder, "project"), files);
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  const { root } = await workspaces.prepare(source, quiet);
  return { ...place, project, workspaces, source, root };
}

async function candidateWith(
  { workspaces, source, root }: Setting,
  files: Readonly<Record<string, string>>,
): Promise<Candidate> {
  write(root, files);
  const made = await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
  return made.candidate;
}

const land = (at: Setting, candidate: Candidate, target = "main"): Promise<Landing> =>
  at.workspaces.landing(at.source, {
    key: newKey(),
    target,
    to: "target",
    candidate,
    trailers: ["Tutti-Run: r-1", "Assisted-by: alto:model"],
    title: "Merge the change",
    at: 1_700_000_000_000,
  });

async function prepared(at: Setting, candidate: Candidate, target = "main"): Promise<Prepared> {
  const landing = await land(at, candidate, target);
  if (landing.kind !== "prepared") throw new Error(`conflict in ${landing.paths.join(", ")}`);
  return landing;
}

type Merge = Prepared & {
  readonly candidate: Candidate;
  readonly key?: EffectId;
  readonly target?: string;
  readonly to?: "target" | "branch";
};

const applyWith = (at: Setting, { candidate, tip, landing, ...more }: Merge) =>
  at.workspaces.apply(at.source, {
    key: more.key ?? newKey(),
    target: more.target ?? "main",
    to: more.to ?? "target",
    tip,
    landing,
    candidate,
  });

const apply = (
  at: Setting,
  candidate: Candidate,
  landing: Prepared & Partial<Merge>,
): ReturnType<typeof applyWith> => applyWith(at, { ...landing, candidate });

describe("landing", () => {
  test("is a merge commit of tip and candidate, the same every time, and moves nothing", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const tip = commitFiles(at.project, { "other.txt": "o\n", "src/b.txt": "target\n" }, "Target");
    const before = git(at.project, "for-each-ref", "refs/heads");
    const landing = await prepared(at, candidate);
    expect(landing.tip).toBe(tip);
    expect(landing.overlap).toEqual([]);
    expect(await prepared(at, candidate)).toEqual(landing);
    expect(git(at.project, "for-each-ref", "refs/heads")).toBe(before);
    expect(git(at.project, "status", "--porcelain")).toBe("");
    await apply(at, candidate, landing);
    expect(git(at.project, "log", "-1", "--format=%P")).toBe(`${tip} ${candidate.commit}`);
    expect(git(at.project, "log", "-1", "--format=%B")).toBe(
      "Merge the change\n\nTutti-Run: r-1\nAssisted-by: alto:model",
    );
  });

  test("names the files that both sides changed", async () => {
    using at = await setting({ "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n" });
    const candidate = await candidateWith(at, { "a.txt": "X\n2\n3\n4\n5\n6\n7\n8\n9\n" });
    commitFiles(at.project, { "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\nY\n" }, "Target");
    expect((await prepared(at, candidate)).overlap).toEqual(["a.txt"]);
  });

  test("names the files in conflict", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "a.txt": "mine\n" });
    const tip = commitFiles(at.project, { "a.txt": "theirs\n" }, "Target");
    expect(await land(at, candidate)).toEqual({ kind: "conflict", tip, paths: ["a.txt"] });
  });

  test("checks can run on it", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    commitFiles(at.project, { "other.txt": "o\n" }, "Target");
    const { landing } = await prepared(at, candidate);
    await using copy = await at.workspaces.throwAway(at.source, {
      key: newKey(),
      commit: landing.commit,
      purpose: "checks",
    });
    expect(git(copy.place.root, "ls-files")).toBe("a.txt\nother.txt\nsrc/b.txt");
    expect(git(copy.place.root, "status", "--porcelain")).toBe("");
    expect(git(copy.place.root, "fsck", "--no-dangling")).toBe("");
  });
});

describe("applying", () => {
  test("a target with a slash that is not checked out moves without touching the work tree", async () => {
    using at = await setting();
    git(at.project, "branch", "release/1.x");
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const landing = await prepared(at, candidate, "release/1.x");
    const applied = await apply(at, candidate, { ...landing, target: "release/1.x" });
    expect(applied).toMatchObject({ kind: "applied", workTree: "not-checked-out" });
    expect(commitOf(at.project, "release/1.x")).toBe(landing.landing.commit);
    expect(git(at.project, "status", "--porcelain")).toBe("");
  });

  test("a target that is checked out in a linked work tree is updated there", async () => {
    using at = await setting();
    const linked = join(at.folder, "linked tree");
    git(at.project, "worktree", "add", "-q", "-b", "side", linked);
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const landing = await prepared(at, candidate, "side");
    await apply(at, candidate, { ...landing, target: "side" });
    expect(readFileSync(join(linked, "a.txt"), "utf8")).toBe("changed\n");
    expect(git(linked, "status", "--porcelain")).toBe("");
    expect(readFileSync(join(at.project, "a.txt"), "utf8")).toBe("one\n");
  });

  test("executable bits, links, deletions and folders that become files arrive in the work tree", async () => {
    using at = await setting({ "run.sh": "#!/bin/sh\n", "gone.txt": "g\n", "d/x.txt": "x\n" });
    chmodSync(join(at.root, "run.sh"), 0o755);
    rmSync(join(at.root, "gone.txt"));
    rmSync(join(at.root, "d"), { recursive: true });
    symlinkSync("run.sh", join(at.root, "link"));
    const candidate = await candidateWith(at, { d: "now a file\n" });
    const landing = await prepared(at, candidate);
    expect(await apply(at, candidate, landing)).toMatchObject({ workTree: "updated" });
    expect(git(at.project, "status", "--porcelain", "--ignored")).toBe("");
    expect(readdirSync(at.project).toSorted()).toEqual([".git", "d", "link", "run.sh"]);
  });

  test("an unrelated untracked file is no obstacle and stays", async () => {
    using at = await setting();
    write(at.project, { "notes.txt": "mine\n" });
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const applied = await apply(at, candidate, await prepared(at, candidate));
    expect(applied.kind).toBe("applied");
    expect(readFileSync(join(at.project, "notes.txt"), "utf8")).toBe("mine\n");
  });

  const refusals: [string, (at: Setting) => void, string][] = [
    [
      "a changed tracked file",
      ({ project }) => write(project, { "src/b.txt": "dirty\n" }),
      "dirty-tree",
    ],
    [
      "a staged change",
      ({ project }) => {
        write(project, { "src/b.txt": "dirty\n" });
        git(project, "add", "-A");
      },
      "dirty-tree",
    ],
    [
      "an untracked file that would be overwritten",
      ({ project }) => write(project, { "new.txt": "mine\n" }),
      "dirty-tree",
    ],
    [
      "an ignored file that would be overwritten",
      ({ project }) => {
        write(project, { ".git/info/exclude": "new.txt\n", "new.txt": "mine\n" });
      },
      "dirty-tree",
    ],
    [
      "a tip that has moved",
      ({ project }) => void commitFiles(project, { "later.txt": "l\n" }, "Later"),
      "tip-moved",
    ],
  ];
  for (const [what, disturb, reason] of refusals) {
    test(`${what} refuses and moves nothing`, async () => {
      using at = await setting();
      const candidate = await candidateWith(at, { "a.txt": "changed\n", "new.txt": "theirs\n" });
      const landing = await prepared(at, candidate);
      disturb(at);
      const before = [
        git(at.project, "for-each-ref", "refs/heads"),
        git(at.project, "status", "--porcelain"),
      ];
      expect(await apply(at, candidate, landing)).toMatchObject({ kind: "refused", reason });
      expect([
        git(at.project, "for-each-ref", "refs/heads"),
        git(at.project, "status", "--porcelain"),
      ]).toEqual(before);
      expect(readdirSync(join(at.project, ".git")).filter((it) => /tutti|lock/u.test(it))).toEqual(
        [],
      );
    });
  }

  test("a branch that is being rebased is left alone", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "new.txt": "n\n" });
    const landing = await prepared(at, candidate);
    git(at.project, "checkout", "-q", "-b", "other");
    commitFiles(at.project, { "a.txt": "other\n" }, "Other");
    git(at.project, "checkout", "-q", "main");
    commitFiles(at.project, { "a.txt": "mine\n" }, "Mine");
    git(at.project, "update-ref", "refs/heads/main", "HEAD");
    expect(() => git(at.project, "rebase", "-q", "other")).toThrow(/rebase/u);
    git(at.project, "update-ref", "refs/heads/main", landing.tip ?? "");
    const applied = await apply(at, candidate, landing);
    expect(applied).toMatchObject({ kind: "refused", reason: "dirty-tree" });
    expect(commitOf(at.project, "main")).toBe(landing.tip);
  });

  for (const [what, prepareIndex] of [
    ["a split index", (it: string) => git(it, "update-index", "--split-index")],
    ["index version 4", (it: string) => git(it, "update-index", "--index-version=4")],
    ["an untracked cache", (it: string) => git(it, "update-index", "--force-untracked-cache")],
    ["a sparse checkout", (it: string) => git(it, "sparse-checkout", "set", "--no-cone", "/*.txt")],
  ] as const) {
    test(`${what} is kept in order`, async () => {
      using at = await setting();
      const candidate = await candidateWith(at, {
        "a.txt": "2\n",
        "src/b.txt": "2\n",
        "c.txt": "c",
      });
      const landing = await prepared(at, candidate);
      prepareIndex(at.project);
      expect(await apply(at, candidate, landing)).toMatchObject({ workTree: "updated" });
      expect(git(at.project, "status", "--porcelain")).toBe("");
      expect(readFileSync(join(at.project, "a.txt"), "utf8")).toBe("2\n");
      expect(existsSync(join(at.project, "src/b.txt"))).toBe(what !== "a sparse checkout");
      git(at.project, "fsck", "--no-dangling");
    });
  }

  test("an index that another git process holds is an error that passes, and moves nothing", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const landing = await prepared(at, candidate);
    writeFileSync(join(at.project, ".git/index.lock"), "");
    await expect(apply(at, candidate, landing)).rejects.toMatchObject({
      code: "git.failed",
      retry: "later",
    });
    expect(commitOf(at.project, "main")).toBe(landing.tip);
    rmSync(join(at.project, ".git/index.lock"));
    expect((await apply(at, candidate, landing)).kind).toBe("applied");
  });

  test("conflict markers that the candidate brings are refused", async () => {
    using at = await setting();
    const marked = "<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n";
    const candidate = await candidateWith(at, { "a.txt": marked });
    const applied = await apply(at, candidate, await prepared(at, candidate));
    expect(applied).toMatchObject({ kind: "refused", reason: "conflict-markers" });
    expect(applied.kind === "refused" && applied.message).toContain("a.txt");
  });

  test("conflict markers are refused also in a file whose name is no text", async () => {
    using at = await setting();
    const name = Buffer.concat([Buffer.from(join(at.root, "evil")), Buffer.of(0xff)]);
    writeFileSync(name, "<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n");
    const candidate = await candidateWith(at, { "a.txt": "2\n" });
    const applied = await apply(at, candidate, await prepared(at, candidate));
    expect(applied).toMatchObject({ kind: "refused", reason: "conflict-markers" });
    expect(applied.kind === "refused" && applied.message).toContain("evil\uFFFD");
  });

  test("conflict markers that were there before, and underlines of headings, are not", async () => {
    using at = await setting({ "doc.md": "<<<<<<< an example\n", "a.txt": "one\n" });
    const candidate = await candidateWith(at, { "a.md": "Heading\n=======\n", "a.txt": "2\n" });
    expect((await apply(at, candidate, await prepared(at, candidate))).kind).toBe("applied");
  });

  test("a landing without the candidate in it is refused", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const landing = await prepared(at, candidate);
    const other = await candidateWith(at, { "a.txt": "something else\n" });
    expect(await apply(at, other, landing)).toMatchObject({ reason: "not-ancestor" });
  });

  test("applying again under the same key says the same", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const landing = await prepared(at, candidate);
    const key = newKey();
    const first = await apply(at, candidate, { ...landing, key });
    expect(await apply(at, candidate, { ...landing, key })).toEqual(first);
  });

  test("a ready branch holds the candidate and the target stays", async () => {
    using at = await setting();
    const candidate = await candidateWith(at, { "a.txt": "changed\n" });
    const landing = await prepared(at, candidate);
    const applied = await apply(at, candidate, { ...landing, to: "branch" });
    expect(applied).toEqual({
      kind: "applied",
      commit: candidate.commit,
      target: `tutti/${at.source.run}`,
      workTree: "not-checked-out",
    });
    expect(candidateOf(at.project, `tutti/${at.source.run}`)).toEqual(candidate);
    expect(commitOf(at.project, "main")).toBe(at.source.base.commit);
    const later = await candidateWith(at, { "a.txt": "more\n" });
    await apply(at, later, { ...(await prepared(at, later)), to: "branch" });
    expect(commitOf(at.project, `tutti/${at.source.run}`)).toBe(later.commit);
  });
});

async function killedAt(at: Setting, point: string, more: Readonly<Record<string, string>> = {}) {
  const candidate = await candidateWith(at, {
    ...more,
    "a.txt": "changed\n",
    "new.txt": "new\n",
    "src/b.txt": "changed too\n",
  });
  const landing = await prepared(at, candidate);
  const key = newKey();
  const options = {
    key,
    target: "main",
    to: "target",
    tip: landing.tip,
    landing: landing.landing,
    candidate,
  };
  const job = { data: at.data, home: at.home, point, source: at.source, options };
  const program = join(import.meta.dirname, "apply-and-die.ts");
  const died = spawnSync(process.execPath, [program, JSON.stringify(job)], { encoding: "utf8" });
  expect(`${died.signal ?? ""}${died.stderr}`).toBe("SIGKILL");
  return { candidate, landing, key };
}

function expectMerged(at: Setting, landing: Prepared): void {
  expect(commitOf(at.project, "main")).toBe(landing.landing.commit);
  expect(git(at.project, "status", "--porcelain")).toBe("");
  expect(readFileSync(join(at.project, "new.txt"), "utf8")).toBe("new\n");
  expect(readdirSync(join(at.project, ".git")).filter((it) => /tutti|lock/u.test(it))).toEqual([]);
  expect(readdirSync(join(at.data, "intents"))).toEqual([]);
}

describe("killed in the middle of a merge", () => {
  for (const point of ["held", "intent-stored", "ref-moved", "tree-updated"]) {
    test(`at ${point}: the next call finishes it, once`, async () => {
      using at = await setting();
      const { candidate, landing, key } = await killedAt(at, point);
      const applied = await apply(at, candidate, { ...landing, key });
      expect(applied).toMatchObject({ kind: "applied", workTree: "updated" });
      expectMerged(at, landing);
      expect(git(at.project, "rev-list", "--count", "--merges", "main")).toBe("1");
    });
  }

  for (const point of ["held", "intent-stored", "ref-moved", "tree-updated"]) {
    test(`at ${point}: the next start leaves nothing half done and nothing locked`, async () => {
      using at = await setting();
      const { candidate, landing, key } = await killedAt(at, point);
      const fresh = openWorkspaces(at).workspaces;
      await fresh.recover([at.source.run]);
      expect(git(at.project, "status", "--porcelain")).toBe("");
      expect(readdirSync(join(at.project, ".git")).filter((it) => /tutti|lock/u.test(it))).toEqual(
        [],
      );
      expect(readdirSync(join(at.data, "intents"))).toEqual([]);
      expect((await apply({ ...at, workspaces: fresh }, candidate, { ...landing, key })).kind).toBe(
        "applied",
      );
      expectMerged(at, landing);
    });
  }

  test("while it stored what it was about to do: the next start leaves nothing of that", async () => {
    using at = await setting();
    const intents = join(at.data, "intents");
    writeFileSync(join(intents, "e-1.json.aofg5kqz.tmp"), '{"run":');
    await openWorkspaces(at).workspaces.recover([at.source.run]);
    expect(readdirSync(intents)).toEqual([]);
  });

  test("with some files written already, the rest is written", async () => {
    using at = await setting();
    const { candidate, landing, key } = await killedAt(at, "ref-moved");
    write(at.project, { "new.txt": "new\n", "a.txt": "changed\n" });
    expect(await apply(at, candidate, { ...landing, key })).toMatchObject({ kind: "applied" });
    expectMerged(at, landing);
  });

  test("written files are told by their content, whatever they are called", async () => {
    using at = await setting();
    const odd = { '"quoted".txt': "odd\n", "two\nlines.txt": "odd\n", "-dash.txt": "odd\n" };
    const { candidate, landing, key } = await killedAt(at, "ref-moved", odd);
    write(at.project, odd);
    expect(await apply(at, candidate, { ...landing, key })).toMatchObject({ kind: "applied" });
    expect(git(at.project, "status", "--porcelain")).toBe("");
  });

  test("what a person changed since is not overwritten", async () => {
    using at = await setting();
    const { candidate, landing, key } = await killedAt(at, "ref-moved");
    write(at.project, { "src/b.txt": "a person's work\n" });
    const applied = await apply(at, candidate, { ...landing, key });
    expect(applied).toMatchObject({ kind: "refused", reason: "dirty-tree" });
    expect(commitOf(at.project, "main")).toBe(landing.tip);
    expect(readFileSync(join(at.project, "src/b.txt"), "utf8")).toBe("a person's work\n");
    git(at.project, "checkout", "--", "src/b.txt");
    expect((await apply(at, candidate, { ...landing, key })).kind).toBe("applied");
    expectMerged(at, landing);
  });

  test("a lock of somebody else is not taken for its own", async () => {
    using at = await setting();
    const { candidate, landing, key } = await killedAt(at, "ref-moved");
    const lock = join(at.project, ".git/index.lock");
    writeFileSync(lock, "");
    await expect(apply(at, candidate, { ...landing, key })).rejects.toMatchObject({
      retry: "later",
    });
    expect(existsSync(lock)).toBe(true);
    rmSync(lock);
    expect((await apply(at, candidate, { ...landing, key })).kind).toBe("applied");
    expectMerged(at, landing);
  });
});
