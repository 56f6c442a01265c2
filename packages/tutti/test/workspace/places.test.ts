import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toolchainOf } from "../../src/workspace/toolchain.ts";
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

const hostOf = ({ home, data }: Scratch, searchPath = "/usr/bin") => ({
  home,
  own: [data],
  searchPath,
});

describe("the author's place in the fence", () => {
  test("git works there: commits are made, the checkpoint takes them, nothing else changes", async () => {
    using place = scratch("place");
    const project = makeRepository(join(place.folder, "project"), {
      "a.txt": "one\n",
      ".npmrc": "tracked=true\n",
    });
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    await workspaces.prepare(source, quiet);
    const author = await workspaces.authorPlace(source);
    const said = await inside(
      place,
      author,
      "echo agent > a.txt && git add -A && git commit -qm 'From inside' && git log --format=%an:%s",
    );
    expect(said).toBe("Ada:From inside\nAda:First commit");
    expect(await inside(place, author, "git status --porcelain; cat .npmrc")).toBe("tracked=true");
    for (const attack of [
      "git config core.fsmonitor x",
      "echo x > .git/hooks/pre-commit",
      "echo x >> .git/info/exclude",
      "echo x > .git/objects/info/alternates",
      "mv .git elsewhere",
      "echo x > .npmrc",
      "echo x > .mcp.json",
      "mkdir .vscode/x",
      `rm -rf ${project}/.git/objects/*; test -z "$(ls ${project}/.git/objects)"`,
      `cat ${project}/a.txt`,
      `ls ${place.data}/git`,
    ]) {
      expect(`${attack} → ${await inside(place, author, attack)}`).toContain("→ failed");
    }
    const made = await workspaces.checkpoint(source, { key: newKey(), message: "m", author: null });
    expect(made.changed).toEqual(["a.txt"]);
    expect(git(project, "fsck", "--no-dangling")).toBe("");
  });

  test("home and artifacts are writable and lie in the run's folder", async () => {
    using place = scratch("place");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { recipe: { env: { GREETING: "hello there" } } } });
    await workspaces.prepare(source, quiet);
    const author = await workspaces.authorPlace(source);
    const said = await inside(
      place,
      author,
      'echo kept > ~/note; echo spec > "$TUTTI_ARTIFACTS/spec.md"; echo "$HOME $GREETING $TMPDIR"',
    );
    expect(said).toBe("/home/agent hello there /tmp");
    expect(readFileSync(join(author.artifacts, "spec.md"), "utf8")).toBe("spec\n");
    expect(await inside(place, await workspaces.authorPlace(source), "cat ~/note")).toBe("kept");
  });

  test("without isolation the home is the run's own folder", async () => {
    using place = scratch("place");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { isolation: "none" });
    const { facts } = await workspaces.prepare(source, quiet);
    expect(facts.join()).toContain("unfenced");
    const author = await workspaces.authorPlace(source);
    expect(author.env["HOME"]).toBe(join(place.data, "runs", source.run, "home"));
    expect(await inside(place, author, "pwd")).toBe(author.root);
  });
});

describe("what is shown of the host", () => {
  test("toolchains come first on PATH, in the user's order, and Tutti's own Node does not", () => {
    using place = scratch("host");
    const { home } = place;
    write(home, { ".nvm/v22/bin/node": "", ".cargo/bin/cargo": "", "own/bin/node": "" });
    const searchPath = `${home}/own/bin:${home}/.cargo/bin:${home}/.nvm/v22/bin:/usr/bin`;
    const shown = toolchainOf(["~/.nvm", "~/.cargo/bin"], hostOf(place, searchPath));
    expect(shown.searchPath).toBe(
      `${home}/.cargo/bin:${home}/.nvm/v22/bin:/usr/local/bin:/usr/bin:/bin`,
    );
  });

  test("an entry behind a link is shown under both names", () => {
    using place = scratch("host");
    const { home } = place;
    mkdirSync(join(place.folder, "opt/tool/bin"), { recursive: true });
    symlinkSync(join(place.folder, "opt/tool"), join(home, "tool"));
    const real = join(place.folder, "opt/tool");
    expect(toolchainOf(["~/tool"], hostOf(place)).mounts).toEqual([
      { source: real, target: join(home, "tool"), access: "read-only" },
      { source: real, target: real, access: "read-only" },
    ]);
  });

  const refused = (
    "~ / ~/.. ~/.ssh ~/.ssh/keys ~/.aws ~/.config ~/.claude /home ~/missing relative/path " +
    "~/link-to-home ~/link-to-keys ~/data ~/.gnupg ~/.cargo ~/link-to-token " +
    "~/.codex/auth.json ~/.gitconfig /etc /tmp /run /proc/self /sys/kernel /dev/null /etc/shadow"
  ).split(" ");
  for (const entry of refused) {
    test(`${entry} is refused`, () => {
      using place = scratch("host");
      const { home } = place;
      for (const name of [
        ".ssh/keys",
        ".aws",
        ".config/gh",
        ".claude",
        "data",
        ".gnupg",
        ".cargo",
        ".codex",
      ]) {
        mkdirSync(join(home, name), { recursive: true });
      }
      write(home, { ".cargo/credentials.toml": "", ".codex/auth.json": "", ".gitconfig": "" });
      symlinkSync(join(home, ".cargo/credentials.toml"), join(home, "link-to-token"));
      symlinkSync(home, join(home, "link-to-home"));
      symlinkSync(join(home, ".ssh/keys"), join(home, "link-to-keys"));
      const host = { ...hostOf(place), own: [join(home, "data/tutti")] };
      expect(() => toolchainOf([entry], host)).toThrow(/sandbox\.read/u);
    });
  }

  test("an entry that is a socket or a pipe, or holds one, is refused", async () => {
    using place = scratch("host");
    const { home } = place;
    write(home, { "tools/bin/tool": "", "other/deep/tool": "", "clean/bin/tool": "" });
    const bound = join(home, "tools/bin/agent.sock");
    const server = createServer();
    server.listen(bound);
    await once(server, "listening");
    symlinkSync(join(home, "tools"), join(home, "link-to-tools"));
    execFileSync("mkfifo", [join(home, "other/deep/pipe")]);
    try {
      for (const entry of ["~/tools", "~/tools/bin/agent.sock", "~/link-to-tools"])
        expect(() => toolchainOf([entry], hostOf(place))).toThrow(/socket|spoken to/u);
      for (const entry of ["~/other", "~/other/deep/pipe"])
        expect(() => toolchainOf([entry], hostOf(place))).toThrow(/pipe/u);
      expect(toolchainOf(["~/clean", "~/tools/bin/tool"], hostOf(place)).mounts).toHaveLength(2);
    } finally {
      server.close();
      await once(server, "close");
    }
  });

  test("a socket is found far down by what is bound, and near the top when its program is gone", async () => {
    using place = scratch("host");
    const deep = join(place.home, "far/1/2/3/4/5/6");
    mkdirSync(deep, { recursive: true });
    mkdirSync(join(place.home, "near/1"), { recursive: true });
    const server = createServer();
    server.listen(join(deep, "s"));
    await once(server, "listening");
    expect(() => toolchainOf(["~/far"], hostOf(place))).toThrow(/6\/s/u);
    server.close();
    await once(server, "close");
    expect(toolchainOf(["~/far"], hostOf(place)).mounts).toHaveLength(1);
    // Killed, a program leaves its socket behind.
    spawnSync(process.execPath, [
      "-e",
      "require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))",
      join(place.home, "near/1/left.sock"),
    ]);
    expect(() => toolchainOf(["~/near"], hostOf(place))).toThrow(/left\.sock/u);
  });

  test("no folder of Tutti's own is shown, wherever the environment puts it", async () => {
    using place = scratch("host");
    const project = makeRepository(join(place.folder, "project"));
    const at = (name: string) => join(place.folder, name);
    const names = ["config", "share", "state", "sockets"];
    for (const name of names) mkdirSync(join(at(name), "tutti/inside"), { recursive: true });
    const { workspaces } = openWorkspaces(place, {
      environment: {
        PATH: "/usr/bin",
        HOME: place.home,
        XDG_CONFIG_HOME: at("config"),
        XDG_DATA_HOME: at("share"),
        XDG_STATE_HOME: at("state"),
        XDG_RUNTIME_DIR: at("sockets"),
      },
    });
    for (const path of [...names.map(at), join(at("state"), "tutti/inside"), place.folder]) {
      const source = sourceOf(project, { config: { sandbox: { read: [path] } } });
      await expect(workspaces.prepare(source, quiet)).rejects.toThrow(/Tutti's own/u);
    }
  });

  test("a refused entry stops the run before anything is made", async () => {
    using place = scratch("host");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project, { config: { sandbox: { read: ["~"] } } });
    await expect(workspaces.prepare(source, quiet)).rejects.toMatchObject({ code: "sandbox.path" });
    expect(existsSync(join(place.data, "runs", source.run))).toBe(false);
  });
});

describe("throw-away places", () => {
  test("a review sees the base and one commit that says nothing of its author", async () => {
    using place = scratch("place");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const { root } = await workspaces.prepare(source, quiet);
    const canary = "CANARY-of-the-author";
    commitFiles(root, { "step.txt": `${canary} removed later\n` }, canary);
    rmSync(join(root, "step.txt"));
    const canaryCommit = commitFiles(root, { "a.txt": "final\n" }, `${canary} again`);
    write(root, { "a.txt": "final, really\n" });
    const author = await workspaces.authorPlace(source);
    write(author.artifacts, { "spec.md": canary });
    const { candidate } = await workspaces.checkpoint(source, {
      key: newKey(),
      message: canary,
      author: { name: canary, email: "x@y" },
    });
    await using copy = await workspaces.throwAway(source, {
      key: newKey(),
      commit: candidate.commit,
      purpose: "review",
    });
    const say = (command: string): Promise<string> => inside(place, copy.place, command);
    expect(await say("git log --format='%an <%ae> %s'")).toBe(
      "Tutti <tutti@localhost> Change under review\nAda <ada@example.test> First commit",
    );
    expect(await say("git diff --stat HEAD^ | tail -1")).toContain("1 file changed");
    expect(await say(`git cat-file -e ${canaryCommit}`)).toMatch(/^failed/u);
    expect(await say(`git cat-file -e ${candidate.commit}`)).toMatch(/^failed/u);
    expect(await say("git for-each-ref --format='%(refname)'")).toBe("refs/heads/review");
    const everything = "git cat-file --batch-all-objects --batch --buffer | grep -ac CANARY || :";
    expect(await say(everything)).toBe("0");
    expect(await say(`grep -rac ${canary} . | grep -v ':0$' || :`)).toBe("");
    expect(readdirSync(copy.place.artifacts)).toEqual([]);
  });

  test("what happens in one stays in it, and disposing removes it", async () => {
    using place = scratch("place");
    const project = makeRepository(join(place.folder, "project"));
    const { workspaces } = openWorkspaces(place);
    const source = sourceOf(project);
    const { root } = await workspaces.prepare(source, quiet);
    const options = { key: "e-same", commit: source.base.commit, purpose: "checks" } as const;
    const first = await workspaces.throwAway(source, options);
    const second = await workspaces.throwAway(source, options);
    expect(first.place.root).not.toBe(second.place.root);
    await inside(
      place,
      first.place,
      "echo spoiled > a.txt; git branch spoiled; chmod 0 src; mkdir -p x/y; chmod 500 x",
    );
    expect(await inside(place, second.place, "cat a.txt")).toBe("one");
    expect(readFileSync(join(root, "a.txt"), "utf8")).toBe("one\n");
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    expect(readdirSync(join(place.data, "runs", source.run, "places"))).toEqual([]);
    await using third = await workspaces.throwAway(source, options);
    expect(third.place.root).toBe(first.place.root);
  });
});
