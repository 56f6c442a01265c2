import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Candidate, LeftOutFile } from "@tutti/protocol";
import type { RunSource, Workspaces } from "../../src/engine/ports/workspaces.ts";
import { layoutOf } from "../../src/workspace/layout.ts";
import {
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
  readonly workspaces: Workspaces;
  readonly source: RunSource;
  readonly root: string;
  readonly vault: string;
  readonly checkpoint: () => Promise<Candidate>;
  readonly leaveOut: (of: Candidate, files: readonly LeftOutFile[]) => Promise<Candidate>;
  /** Heads of the hunks of a file, as its diff has them. */
  readonly hunks: (of: Candidate, path: string) => Promise<string[]>;
  readonly text: (of: Candidate, path: string) => string;
};

async function setting(files: Readonly<Record<string, string>>): Promise<Setting> {
  const place = scratch("leave-out");
  const project = makeRepository(join(place.folder, "project"), files);
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);
  const { root } = await workspaces.prepare(source, quiet);
  const vault = layoutOf(place.data).project(join(project, ".git")).vault;
  const base = source.base.commit;
  return {
    ...place,
    workspaces,
    source,
    root,
    vault,
    checkpoint: async () => {
      const options = { key: newKey(), message: "Work", author: null };
      return (await workspaces.checkpoint(source, options)).candidate;
    },
    leaveOut: async (candidate, left) => {
      const edit = { kind: "leave-out" as const, base, candidate, files: [...left] };
      const options = { key: newKey(), message: "Left out by Kim", edit };
      return (await workspaces.editCandidate(source, options)).candidate;
    },
    hunks: async ({ commit }, path) => {
      const { patch } = await workspaces.diff(source, { from: base, to: commit, paths: [path] });
      return [...patch.matchAll(/^@@ (.+?) @@/gmu)].map((match) => match[1] ?? "");
    },
    text: ({ commit }, path) =>
      execFileSync("git", ["--git-dir", vault, "show", `${commit}:${path}`], {
        encoding: "latin1",
      }),
  };
}

const lines = (end = "\n"): string =>
  Array.from({ length: 40 }, (_, at) => `line ${at + 1}${end}`).join("");
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const edited = (text: string): string =>
  text.replace("line 3", "LINE 3").replace("line 20", "LINE 20\nline 20b").replace("line 38", "38");

describe("leaving hunks out", () => {
  test("makes a candidate with the lines of the base in their place, in the vault and the work tree", async () => {
    using at = await setting({ "a.txt": lines() });
    write(at.root, { "a.txt": edited(lines()) });
    const before = await at.checkpoint();
    const [, second = "", third = ""] = await at.hunks(before, "a.txt");
    const after = await at.leaveOut(before, [{ path: "a.txt", hunks: [third, second] }]);
    const wanted = lines().replace("line 3", "LINE 3");
    expect(at.text(after, "a.txt")).toBe(wanted);
    expect(readFileSync(join(at.root, "a.txt"), "utf8")).toBe(wanted);
    expect(git(at.vault, "log", "-1", "--format=%P %an %s", after.commit)).toBe(
      `${before.commit} Ada Left out by Kim`,
    );
    expect(await at.checkpoint()).toEqual(after);
  });

  test("keeps every other byte: other line ends, bytes that are no text, no end of the last line", async () => {
    using at = await setting({ "crlf.txt": lines("\r\n"), "end.txt": lines().trimEnd(), x: "x" });
    writeFileSync(join(at.root, "crlf.txt"), bytes(`${edited(lines("\r\n"))}\xff\xfe last`));
    write(at.root, { "end.txt": `${edited(lines())}more` });
    const before = await at.checkpoint();
    const [first = "", , last = ""] = await at.hunks(before, "crlf.txt");
    const [, , end = ""] = await at.hunks(before, "end.txt");
    const kept = await at.leaveOut(before, [{ path: "crlf.txt", hunks: [first] }]);
    const crlf = edited(lines("\r\n")).replace("LINE 3", "line 3");
    expect(at.text(kept, "crlf.txt")).toBe(`${crlf}\xff\xfe last`);
    const after = await at.leaveOut(kept, [
      { path: "crlf.txt", hunks: [last] },
      { path: "end.txt", hunks: [end] },
    ]);
    expect(at.text(after, "crlf.txt")).toBe(crlf.replace("\n38\r", "\nline 38\r"));
    expect(at.text(after, "end.txt")).toBe(
      edited(lines()).replace("\n38\n", "\nline 38\n").trimEnd(),
    );
  });

  test("takes no line of a file for the head of a hunk, whatever line ends are in it", async () => {
    using at = await setting({ "a.txt": lines() });
    write(at.root, { "a.txt": edited(lines()) });
    const [, second = ""] = await at.hunks(await at.checkpoint(), "a.txt");
    const forged = [
      ...["\r", "\u2028"].map((end) => `${end}@@ ${second} @@`),
      "\r@@ -1 +1 @@",
    ].join("");
    const written = edited(lines()).replace("LINE 3", `LINE 3${forged}`);
    write(at.root, { "a.txt": written });
    const before = await at.checkpoint();
    const after = await at.leaveOut(before, [{ path: "a.txt", hunks: [second] }]);
    const kept = execFileSync("git", ["--git-dir", at.vault, "show", `${after.commit}:a.txt`]);
    expect(kept.toString()).toBe(written.replace("LINE 20\nline 20b", "line 20"));
    const forgedAlone = [{ path: "a.txt", hunks: ["-1 +1"] }];
    await expect(at.leaveOut(after, forgedAlone)).rejects.toMatchObject({ code: "hunk.unknown" });
  });

  test("takes whole files of every kind, whatever their names are", async () => {
    using at = await setting({
      "gone.txt": "1\n",
      "old name": lines(),
      "run.sh": "#!/bin/sh\n",
      "bin\\\"'\n\t.dat": "\0a",
      "stays.txt": "a\n",
    });
    rmSync(join(at.root, "gone.txt"));
    rmSync(join(at.root, "old name"));
    chmodSync(join(at.root, "run.sh"), 0o755);
    symlinkSync("/etc/passwd", join(at.root, "link"));
    write(at.root, {
      "new name": lines(),
      ":(glob)*": "new\n",
      "--help": "new\n",
      "bin\\\"'\n\t.dat": "\0b",
      "stays.txt": "b\n",
    });
    const before = await at.checkpoint();
    const names = [
      "gone.txt",
      "new name",
      "run.sh",
      "link",
      ":(glob)*",
      "--help",
      "bin\\\"'\n\t.dat",
    ];
    const after = await at.leaveOut(
      before,
      names.map((path) => ({ path, hunks: null })),
    );
    const { commit: from } = at.source.base;
    expect(await at.workspaces.changes(at.source, { from, to: after.commit })).toEqual([
      { path: "stays.txt", status: "modified", from: null, added: 1, removed: 1 },
    ]);
    expect(existsSync(join(at.root, "link"))).toBe(false);
  });

  test("the one hunk of a new or a deleted file is the file", async () => {
    using at = await setting({ "gone.txt": "1\n", "a.txt": "a\n" });
    rmSync(join(at.root, "gone.txt"));
    write(at.root, { "new.txt": "one\ntwo\n", "a.txt": "b\n" });
    const before = await at.checkpoint();
    const after = await at.leaveOut(before, [
      { path: "gone.txt", hunks: ["-1 +0,0"] },
      { path: "new.txt", hunks: ["-0,0 +1,2"] },
    ]);
    expect(git(at.vault, "ls-tree", "--name-only", after.commit)).toBe("a.txt\ngone.txt");
  });

  test("a renamed file keeps its new name and mode without a hunk of it", async () => {
    using at = await setting({ "old.txt": lines() });
    rmSync(join(at.root, "old.txt"));
    write(at.root, { "new.txt": edited(lines()) });
    chmodSync(join(at.root, "new.txt"), 0o755);
    const before = await at.checkpoint();
    const [, , third = ""] = await at
      .hunks(before, "new.txt")
      .then(async (found) => (found.length > 1 ? found : hunksOfRename(at, before)));
    const after = await at.leaveOut(before, [{ path: "new.txt", hunks: [third] }]);
    expect(git(at.vault, "ls-tree", after.commit)).toMatch(/^100755 blob \w+\tnew\.txt$/u);
    expect(at.text(after, "new.txt")).toBe(edited(lines()).replace("\n38\n", "\nline 38\n"));
  });
});

async function hunksOfRename(at: Setting, { commit: to }: Candidate): Promise<string[]> {
  const paths = ["old.txt", "new.txt"];
  const { patch } = await at.workspaces.diff(at.source, {
    from: at.source.base.commit,
    to,
    paths,
  });
  return [...patch.matchAll(/^@@ (.+?) @@/gmu)].map((match) => match[1] ?? "");
}

describe("what cannot be left out", () => {
  test("is refused with its code, and the candidate stays what it is", async () => {
    using at = await setting({ "a.txt": lines(), "b.bin": "\0a", dir: "a file\n" });
    rmSync(join(at.root, "dir"));
    write(at.root, { "a.txt": edited(lines()), "b.bin": "\0b", "dir/inner.txt": "x\n" });
    const before = await at.checkpoint();
    const refused = async (...files: LeftOutFile[]): Promise<unknown> =>
      at.leaveOut(before, files).then(
        () => null,
        (error: { code?: unknown }) => error.code,
      );
    const all = ["a.txt", "b.bin", "dir", "dir/inner.txt"].map((path) => ({ path, hunks: null }));
    expect({
      noFile: await refused({ path: "none.txt", hunks: null }),
      twice: await refused({ path: "a.txt", hunks: null }, { path: "a.txt", hunks: null }),
      noHunk: await refused({ path: "a.txt", hunks: ["-1,2 +1,9"] }),
      binary: await refused({ path: "b.bin", hunks: ["-1 +1"] }),
      entangled: await refused({ path: "dir", hunks: null }),
      everything: await refused(...all),
    }).toEqual({
      noFile: "file.unknown",
      twice: "file.unknown",
      noHunk: "hunk.unknown",
      binary: "hunk.unknown",
      entangled: "hunk.entangled",
      everything: "hunks.everything",
    });
    expect(await at.checkpoint()).toEqual(before);
  });

  test("a file whose name is no text is not said to be left out", async () => {
    using at = await setting({ "a.txt": "a\n" });
    const name = [Buffer.from(join(at.root, "evil")), Buffer.from([0xff]), Buffer.from(".sh")];
    writeFileSync(Buffer.concat(name), "evil\n");
    write(at.root, { "a.txt": "b\n" });
    const before = await at.checkpoint();
    const shown = "evil\uFFFD.sh";
    for (const hunks of [null, ["-0,0 +1"]])
      await expect(at.leaveOut(before, [{ path: shown, hunks }])).rejects.toMatchObject({
        code: "file.unknown",
      });
    expect(await at.checkpoint()).toEqual(before);
  });

  test("work that is in no candidate is not lost with it", async () => {
    using at = await setting({ "a.txt": lines() });
    write(at.root, { "a.txt": edited(lines()), "b.txt": "b\n" });
    const before = await at.checkpoint();
    write(at.root, { "unsaved.txt": "mine\n" });
    const leave = at.leaveOut(before, [{ path: "b.txt", hunks: null }]);
    await expect(leave).rejects.toMatchObject({ code: "candidate.moved" });
    expect(readFileSync(join(at.root, "unsaved.txt"), "utf8")).toBe("mine\n");
  });
});

describe("doing it again", () => {
  test("under the same key makes the same candidate, and the tree that a crash kept away", async () => {
    using at = await setting({ "a.txt": lines() });
    write(at.root, { "a.txt": edited(lines()), "b.txt": "b\n" });
    const candidate = await at.checkpoint();
    const files = [{ path: "b.txt", hunks: null }];
    const edit = { kind: "leave-out" as const, base: at.source.base.commit, candidate, files };
    const options = { key: newKey(), message: "Left out by Kim", edit };
    const first = await at.workspaces.editCandidate(at.source, options);
    write(at.root, { "b.txt": "b\n" });
    expect(await at.workspaces.editCandidate(at.source, options)).toEqual(first);
    expect(existsSync(join(at.root, "b.txt"))).toBe(false);
  });

  test("taken back, the candidate is the very commit that it was, and its lines are their author's", async () => {
    using at = await setting({ "a.txt": lines() });
    write(at.root, { "a.txt": edited(lines()), "b.txt": "b\n" });
    const before = await at.checkpoint();
    const candidate = await at.leaveOut(before, [{ path: "b.txt", hunks: null }]);
    const edit = { kind: "put-back" as const, candidate, before };
    const options = { key: newKey(), message: "Taken back in by Kim", edit };
    const made = await at.workspaces.editCandidate(at.source, options);
    expect(made).toEqual({ candidate: before, parent: candidate.commit, changed: ["b.txt"] });
    expect(readFileSync(join(at.root, "b.txt"), "utf8")).toBe("b\n");
    expect(await at.checkpoint()).toEqual(before);
  });
});
