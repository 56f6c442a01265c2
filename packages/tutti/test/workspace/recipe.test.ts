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
import { layoutOf } from "../../src/workspace/layout.ts";
import {
  commitFiles,
  git,
  inside,
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

/** Set-up that notes each run of it, its environment, and its own path. */
const SETUP = `mkdir -p deps && cp lock deps/lock && echo "$PWD" > deps/where &&
  echo "scripts:\${npm_config_ignore_scripts:-run}" > deps/scripts && date +%s%N > deps/when`;

const RECIPE = { setup: SETUP, dependencies: ["deps"] };

function projectIn({ folder }: Scratch): string {
  return makeRepository(join(folder, "project"), {
    "a.txt": "one\n",
    "package.json": "{}\n",
    lock: "1\n",
    ".gitignore": "deps\n",
  });
}

const when = (root: string): string => readFileSync(join(root, "deps/when"), "utf8");

const preparationsOf = ({ data }: Scratch, project: string): string =>
  layoutOf(data).project(join(project, ".git")).preparations;

describe("set-up", () => {
  test("runs once for the same manifests, and every place has its own copy", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const [one, two] = [0, 1].map(() => sourceOf(project, { config: { recipe: RECIPE } }));
    if (one === undefined || two === undefined) throw new Error("unreachable");
    const [first, second] = await Promise.all([
      workspaces.prepare(one, quiet),
      workspaces.prepare(two, quiet),
    ]);
    expect(when(first.root)).toBe(when(second.root));
    expect(readdirSync(preparationsOf(place, project))).toHaveLength(1);
    expect([...first.facts, ...second.facts].join()).toMatch(/Set-up ran in .*reused|reused.*ran/u);

    writeFileSync(join(first.root, "deps/when"), "poisoned");
    await using copy = await workspaces.throwAway(one, {
      key: newKey(),
      commit: one.base.commit,
      purpose: "checks",
    });
    expect(when(copy.place.root)).toBe(when(second.root));
    expect(
      await inside(place, copy.place, "cat deps/lock && echo x > deps/cache && git status -s"),
    ).toBe("1");
  });

  test("what it wrote about its own path leads to each place's own copy", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { recipe: RECIPE } });
    const { root } = await workspaces.prepare(source, quiet);
    const author = await workspaces.authorPlace(source);
    const said = await inside(place, author, 'echo mine > "$(cat deps/where)/deps/mine"; ls deps');
    expect(said.split("\n")).toContain("mine");
    const prepared = readFileSync(join(root, "deps/where"), "utf8").trim();
    expect(existsSync(join(prepared, "deps/mine"))).toBe(false);
  });

  test("a link in place of a dependency folder is not followed into a mount", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { recipe: RECIPE } });
    await workspaces.prepare(source, quiet);
    const author = await workspaces.authorPlace(source);
    await inside(place, author, `rm -rf deps; ln -s ${place.home} deps`);
    const { mounts } = await workspaces.authorPlace(source);
    expect(mounts.filter(({ target }) => target.endsWith("/deps"))).toEqual([]);
  });

  test("another lock file, another set-up", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const recipe = { config: { recipe: { ...RECIPE, setup: `${SETUP} # reads ./lock` } } };
    await workspaces.prepare(sourceOf(project, recipe), quiet);
    commitFiles(project, { "a.txt": "two\n" }, "No manifest");
    await workspaces.prepare(sourceOf(project, recipe), quiet);
    expect(readdirSync(preparationsOf(place, project))).toHaveLength(1);
    commitFiles(project, { "package.json": '{"name":"x"}\n' }, "A manifest");
    await workspaces.prepare(sourceOf(project, recipe), quiet);
    commitFiles(project, { lock: "2\n" }, "A file the command names");
    const { root } = await workspaces.prepare(sourceOf(project, recipe), quiet);
    expect(readdirSync(preparationsOf(place, project))).toHaveLength(3);
    expect(readFileSync(join(root, "deps/lock"), "utf8")).toBe("2\n");
  });

  test("manifests that the candidate changed are set up without scripts and for this run alone", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { recipe: RECIPE } });
    const { root } = await workspaces.prepare(source, quiet);
    expect(readFileSync(join(root, "deps/scripts"), "utf8")).toBe("scripts:run\n");
    write(root, { "package.json": '{"scripts":{"postinstall":"evil"}}\n' });
    const { candidate } = await workspaces.checkpoint(source, {
      key: newKey(),
      message: "m",
      author: null,
    });
    {
      const options = { key: newKey(), commit: candidate.commit, purpose: "checks" } as const;
      await using copy = await workspaces.throwAway(source, options);
      expect(readFileSync(join(copy.place.root, "deps/scripts"), "utf8")).toBe("scripts:true\n");
    }
    const { base } = source;
    await using old = await workspaces.throwAway(source, {
      key: newKey(),
      commit: base.commit,
      purpose: "checks",
    });
    expect(readFileSync(join(old.place.root, "deps/scripts"), "utf8")).toBe("scripts:run\n");
  });

  test("manifests that the target gained are no candidate's own", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { recipe: RECIPE } });
    const { root } = await workspaces.prepare(source, quiet);
    write(root, { "a.txt": "changed\n" });
    const { candidate } = await workspaces.checkpoint(source, {
      key: newKey(),
      message: "m",
      author: null,
    });
    commitFiles(project, { "package.json": '{"name":"target"}\n' }, "Target");
    const landing = await workspaces.landing(source, {
      key: newKey(),
      target: "main",
      to: "target",
      candidate,
      trailers: [],
      title: "t",
      at: 0,
    });
    if (landing.kind !== "prepared") throw new Error("it should merge");
    git(project, "pack-refs", "--all");
    const { commit } = landing.landing;
    await using copy = await workspaces.throwAway(source, {
      key: newKey(),
      commit,
      purpose: "checks",
    });
    expect(readFileSync(join(copy.place.root, "deps/scripts"), "utf8")).toBe("scripts:run\n");
  });

  test("what a run with unchanged manifests made anew holds nothing of its candidate", async () => {
    using place = scratch("recipe");
    const project = makeRepository(join(place.folder, "project"), {
      "a.txt": "honest\n",
      "setup.sh": "mkdir -p deps && cat a.txt > deps/a\n",
      "package.json": "{}\n",
      ".gitignore": "deps\n",
    });
    const { workspaces } = openWorkspaces(place);
    const recipe = { setup: "sh setup.sh", dependencies: ["deps"] };
    const source = sourceOf(project, { config: { recipe } });
    const { root } = await workspaces.prepare(source, quiet);
    write(root, { "a.txt": "planted\n" });
    const key = newKey();
    const { candidate } = await workspaces.checkpoint(source, { key, message: "m", author: null });
    // As when other runs have pushed it out since.
    rmSync(preparationsOf(place, project), { recursive: true });
    const options = { key: newKey(), commit: candidate.commit, purpose: "checks" } as const;
    await using copy = await workspaces.throwAway(source, options);
    expect(readFileSync(join(copy.place.root, "a.txt"), "utf8")).toBe("planted\n");
    expect(readFileSync(join(copy.place.root, "deps/a"), "utf8")).toBe("honest\n");
    const other = await workspaces.prepare(sourceOf(project, { config: { recipe } }), quiet);
    expect(readFileSync(join(other.root, "deps/a"), "utf8")).toBe("honest\n");
  });

  test("a failing one says what it said, and a later one starts afresh", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const heard: string[] = [];
    const source = sourceOf(project, { config: { recipe: { setup: "echo nope >&2; exit 7" } } });
    const failure = await workspaces
      .prepare(source, { ...quiet, onOutput: (text) => void heard.push(text) })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "setup.failed" });
    expect(String(failure)).toMatch(/exit code 7[^]*nope/u);
    expect(heard.join("")).toBe("nope\n");
    await expect(workspaces.prepare(source, quiet)).rejects.toMatchObject({ code: "setup.failed" });
  });

  test("one that does not end is ended", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const recipe = { setup: "sleep 600", setupTimeout: "300ms" };
    const source = sourceOf(project, { config: { recipe } });
    await expect(workspaces.prepare(source, quiet)).rejects.toMatchObject({ code: "setup.failed" });
  });

  test("it sees neither the network nor the host, and cannot change the user's repository", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const setup = `mkdir deps; cat ${project}/a.txt > deps/host 2>&1; echo x > ${project}/.git/objects/x;
      ls ${place.data}/git > deps/data 2>&1; cat /proc/net/route | wc -l > deps/routes; true`;
    const source = sourceOf(project, { config: { recipe: { setup, dependencies: ["deps"] } } });
    const { root } = await workspaces.prepare(source, quiet);
    expect(readFileSync(join(root, "deps/host"), "utf8")).toContain("No such file");
    expect(readFileSync(join(root, "deps/data"), "utf8")).toContain("No such file");
    expect(readFileSync(join(root, "deps/routes"), "utf8").trim()).toBe("1");
    expect(existsSync(join(project, ".git/objects/x"))).toBe(false);
  });

  test("teardown runs in the workspace when it ends, and may fail", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    const { workspaces } = openWorkspaces(place);
    const recipe = { teardown: "echo bye > bye.txt; exit 1" };
    const source = sourceOf(project, { config: { recipe } });
    await workspaces.prepare(source, quiet);
    const { parked } = await workspaces.dispose(source);
    const { vault } = layoutOf(place.data).project(join(project, ".git"));
    expect(git(vault, "show", `${parked[0] ?? ""}:bye.txt`)).toBe("bye");
  });
});

describe("files of the user's checkout", () => {
  test("links that lead out of it are not copied, and paths cannot leave it", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    writeFileSync(join(place.folder, "secret"), "s");
    symlinkSync(join(place.folder, "secret"), join(project, "local.env"));
    write(project, { "ok.env": "1\n", "tool.sh": "x" });
    chmodSync(join(project, "tool.sh"), 0o755);
    const { workspaces } = openWorkspaces(place);
    const copying = (copy: string[]) => sourceOf(project, { config: { recipe: { copy } } });
    const { root } = await workspaces.prepare(copying(["*.env", "tool.sh"]), quiet);
    expect(readdirSync(root)).toContain("ok.env");
    expect(readdirSync(root)).not.toContain("local.env");
    for (const bad of ["../secret", "/etc/passwd", ".git/config", "."]) {
      await expect(workspaces.prepare(copying([bad]), quiet)).rejects.toMatchObject({
        code: "config.invalid",
      });
    }
  });

  test("nothing is copied through a link that the candidate holds", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    write(project, { "conf/local.env": "1\n" });
    const { workspaces } = openWorkspaces(place);
    const setup = 'd=dep; mkdir -p conf/"$d"s "$d"s && touch conf/"$d"s/d "$d"s/d';
    const recipe = { setup, dependencies: ["conf/deps", "deps"], copy: ["conf/local.env"] };
    const source = sourceOf(project, { config: { recipe } });
    const { root } = await workspaces.prepare(source, quiet);
    for (const name of ["conf", "deps"]) {
      rmSync(join(root, name), { recursive: true });
      symlinkSync(place.home, join(root, name));
      git(root, "add", "-f", name);
    }
    git(root, "commit", "-qm", "Links");
    const { candidate } = await workspaces.checkpoint(source, {
      key: newKey(),
      message: "m",
      author: null,
    });
    const { commit } = candidate;
    await using copy = await workspaces.throwAway(source, {
      key: newKey(),
      commit,
      purpose: "checks",
    });
    expect(readdirSync(place.home)).toEqual([]);
    expect(git(copy.place.root, "status", "--porcelain")).toBe("");
  });

  test("a link of the checkout that leads out of it is not bound inside", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    write(place.home, { "other/key": "secret" });
    symlinkSync(join(place.home, "other"), join(project, "data"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { recipe: { link: ["data"] } } });
    await workspaces.prepare(source, quiet);
    await expect(workspaces.authorPlace(source)).rejects.toThrow(/leads out of/u);
  });

  test("a link planted where a linked file goes is refused", async () => {
    using place = scratch("recipe");
    const project = projectIn(place);
    write(project, { "data/x.txt": "x" });
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { recipe: { link: ["data/x.txt"] } } });
    const { root } = await workspaces.prepare(source, quiet);
    symlinkSync(place.home, join(root, "data"));
    await expect(workspaces.authorPlace(source)).rejects.toMatchObject({ code: "sandbox.path" });
    expect(readdirSync(place.home)).toEqual([]);
  });
});
