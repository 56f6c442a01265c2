import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createGit } from "../../src/workspace/git/git.ts";
import { createRepositories } from "../../src/workspace/git/repositories.ts";
import {
  candidateOf,
  commitFiles,
  commitOf,
  git,
  makeRepository,
  openWorkspaces,
  scratch,
  write,
} from "./support.ts";

describe("opening", () => {
  test("finds the top from a folder below, the branch and what is not committed", async () => {
    using place = scratch("open");
    const project = makeRepository(join(place.folder, "project"));
    write(project, { "a.txt": "changed\n", "un tracked/x": "x" });
    const { repositories } = openWorkspaces(place);
    expect(await repositories.open(join(project, "src"))).toEqual({
      root: project,
      branch: "main",
      dirty: ["a.txt", "un tracked/"],
    });
  });

  test("what the user ignores everywhere is not called dirty", async () => {
    using place = scratch("open");
    const project = makeRepository(join(place.folder, "project"));
    write(project, { ".idea/x.xml": "x", "notes.swp": "n", "real.txt": "r" });
    write(place.home, { ".config/git/ignore": "*.swp\n", ".ignore": ".idea\n" });
    const { repositories } = openWorkspaces(place);
    expect((await repositories.open(project)).dirty).toEqual([".idea/", "real.txt"]);
    write(place.home, { ".gitconfig": "[core]\n\texcludesFile = ~/.ignore\n" });
    expect((await repositories.open(project)).dirty).toEqual(["notes.swp", "real.txt"]);
  });

  test("a detached head has no branch", async () => {
    using place = scratch("open");
    const project = makeRepository(join(place.folder, "project"));
    git(project, "checkout", "-q", "--detach");
    expect((await openWorkspaces(place).repositories.open(project)).branch).toBeNull();
  });

  const refusals: [string, string, (folder: string) => string][] = [
    ["a folder without a repository", "repository.none", (folder) => folder],
    ["a folder that is not there", "repository.none", (folder) => join(folder, "nowhere")],
    [
      "a file in a repository",
      "repository.none",
      (folder) => join(makeRepository(join(folder, "p")), ".git/HEAD"),
    ],
    ["a name that is none", "repository.none", () => `/${"x".repeat(300)}`],
    [
      "a git folder itself",
      "repository.none",
      (folder) => join(makeRepository(join(folder, "p")), ".git"),
    ],
    [
      "a bare repository",
      "repository.bare",
      (folder) => {
        git(folder, "init", "-q", "--bare", "bare");
        return join(folder, "bare");
      },
    ],
    [
      "a repository without commits",
      "repository.no-commits",
      (folder) => {
        git(folder, "init", "-q", "empty");
        return join(folder, "empty");
      },
    ],
  ];
  for (const [what, code, make] of refusals) {
    test(`${what} is refused as ${code}`, async () => {
      using place = scratch("open");
      const path = make(place.folder);
      await expect(openWorkspaces(place).repositories.open(path)).rejects.toMatchObject({ code });
    });
  }

  test.skipIf(process.getuid?.() !== 0)(
    "one of another user is refused until the user says that they trust it",
    async () => {
      using place = scratch("open");
      const project = makeRepository(join(place.folder, "project"));
      execFileSync("chown", ["-R", "12345", project]);
      const { repositories } = openWorkspaces(place);
      await expect(repositories.open(project)).rejects.toThrow(/safe\.directory/u);
      write(place.home, { ".gitconfig": `[safe]\n\tdirectory = ${project}\n` });
      expect((await repositories.open(project)).root).toBe(project);
    },
  );

  test("no git, and an old one, are refused with what to install", async () => {
    using place = scratch("open");
    const project = makeRepository(join(place.folder, "project"));
    const openWith = (path: string) =>
      createRepositories(
        createGit({
          folder: join(place.data, "git"),
          environment: { PATH: path, HOME: place.home },
        }),
      ).open(project);
    const bin = join(place.folder, "bin");
    mkdirSync(bin);
    await expect(openWith(bin)).rejects.toMatchObject({ code: "git.missing" });
    write(bin, { git: "#!/bin/sh\necho git version 2.37.7\n" });
    chmodSync(join(bin, "git"), 0o755);
    await expect(openWith(`${bin}:/bin`)).rejects.toMatchObject({ code: "git.old" });
  });
});

describe("reading", () => {
  test("resolves branches, tags and commits, and refuses what is none", async () => {
    using place = scratch("open");
    const project = makeRepository(join(place.folder, "project"));
    git(project, "tag", "-a", "v1", "-m", "one");
    const { repositories } = openWorkspaces(place);
    const base = candidateOf(project);
    for (const ref of ["main", "v1", base.commit.slice(0, 10), "HEAD"]) {
      expect(await repositories.resolve(project, ref)).toEqual(base);
    }
    for (const ref of ["nothing", "--all", "", "main:a.txt", "a..b", "HEAD@{upstream}"]) {
      await expect(repositories.resolve(project, ref)).rejects.toMatchObject({
        code: "repository.ref",
      });
    }
  });

  test("files come from the commit, whatever lies in the tree", async () => {
    using place = scratch("open");
    const project = makeRepository(join(place.folder, "project"), {
      ".tutti/config.yaml": "committed: true\n",
      ".tutti/workflows/ü*.md": "w\n",
      "x.txt": "x\n",
    });
    symlinkSync("/etc/passwd", join(project, ".tutti/link"));
    const commit = candidateOf(project).commit;
    commitFiles(project, { "later.txt": "l\n" }, "With a link");
    write(project, { ".tutti/config.yaml": "edited: true\n" });
    const { repositories } = openWorkspaces(place);
    const read = (path: string) => repositories.readFile(project, commit, path);
    expect(await read(".tutti/config.yaml")).toBe("committed: true\n");
    expect(await read(".tutti/workflows/ü*.md")).toBe("w\n");
    expect(await read(".tutti")).toBeNull();
    expect(await read("later.txt")).toBeNull();
    expect(await read("../x.txt").catch(() => null)).toBeNull();
    expect(await repositories.readFile(project, commitOf(project), ".tutti/link")).toBe(
      "/etc/passwd",
    );
    expect(await repositories.listFiles(project, commit, ".tutti/workflows")).toEqual([
      ".tutti/workflows/ü*.md",
    ]);
    expect(await repositories.listFiles(project, commit, "missing")).toEqual([]);
  });

  test("knows which branch follows a remote", async () => {
    using place = scratch("open");
    const origin = makeRepository(join(place.folder, "origin"));
    const project = join(place.folder, "project");
    git(place.folder, "clone", "-q", origin, project);
    git(project, "branch", "--no-track", "own");
    const { repositories } = openWorkspaces(place);
    expect(await repositories.follows(project, "main")).toBe(true);
    expect(await repositories.follows(project, "own")).toBe(false);
    expect(await repositories.follows(project, "missing")).toBe(false);
  });

  test("leaves no trace in the repository", async () => {
    using place = scratch("open");
    const project = makeRepository(join(place.folder, "project"));
    const before = readdirSync(join(project, ".git")).toSorted();
    const { repositories } = openWorkspaces(place);
    await repositories.open(project);
    await repositories.resolve(project, "main");
    expect(readdirSync(join(project, ".git")).toSorted()).toEqual(before);
  });
});
