import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { Mount } from "../../../src/engine/ports/place.ts";
import {
  EXCLUDE_LINES,
  gitFolderTampering,
  PROTECTED_NAMES,
  protectGitFolder,
  protectNames,
  removeMountPoints,
  writePlaceholders,
} from "../../../src/workspace/sandbox/protected-names.ts";
import { rig, textOf } from "./rig.ts";

type Tree = Disposable & { readonly root: string; readonly placeholders: string };

function tree(files: Readonly<Record<string, string>> = {}): Tree {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "tutti-names-")));
  const root = join(folder, "tree");
  const placeholders = join(folder, "placeholders");
  mkdirSync(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  writePlaceholders(placeholders);
  return {
    root,
    placeholders,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const mountOf = (mounts: readonly Mount[], target: string): Mount | undefined =>
  mounts.find((mount) => mount.target === target && mount.access === "read-only");

test("every name is read-only, those that exist as they are, the others by a placeholder", () => {
  using scene = tree({ ".mcp.json": '{"mcpServers":{"own":{}}}', ".vscode/settings.json": "{}" });
  const { mounts, symlinked } = protectNames(scene.root, scene.placeholders);
  for (const name of Object.keys(PROTECTED_NAMES)) {
    const target = join(scene.root, name);
    const source = mountOf(mounts, target)?.source ?? "";
    const isOwn = name === ".mcp.json" || name === ".vscode";
    expect([name, source === target]).toEqual([name, isOwn]);
    expect([name, existsSync(source)]).toEqual([name, true]);
  }
  expect(symlinked).toEqual([]);
});

test("an empty leftover of an earlier mount is covered like an absent name", () => {
  using scene = tree({ ".mcp.json": "" });
  mkdirSync(join(scene.root, ".opencode"));
  const { mounts } = protectNames(scene.root, scene.placeholders);
  const servers = mountOf(mounts, join(scene.root, ".mcp.json"))?.source ?? "";
  expect(readFileSync(servers, "utf8")).toBe('{"mcpServers":{}}\n');
  const folder = mountOf(mounts, join(scene.root, ".opencode"))?.source ?? "";
  expect(readdirSync(folder)).toEqual([".gitignore"]);
});

test("a link of the project's own is named, and what it leads to inside is read-only", () => {
  using scene = tree({ "settings/claude.json": "{}" });
  symlinkSync("settings", join(scene.root, ".claude"));
  symlinkSync("/etc", join(scene.root, ".codex"));
  symlinkSync("nowhere", join(scene.root, ".gemini"));
  const { mounts, symlinked } = protectNames(scene.root, scene.placeholders);
  expect(symlinked).toEqual([".claude", ".codex", ".gemini"]);
  expect(mountOf(mounts, join(scene.root, "settings"))).toBeDefined();
  expect(mounts.filter(({ source }) => source.startsWith("/etc"))).toEqual([]);
});

test("mounted names show their content inside and empty mount points outside, which can be removed", async () => {
  using scene = tree({ ".envrc": "export A=1\n" });
  using box = rig();
  const { root } = scene;
  const mounts: Mount[] = [
    { source: root, target: root, access: "writable" },
    ...protectNames(root, scene.placeholders).mounts,
  ];
  const script = "cat .mcp.json .envrc; echo x > .npmrc; echo x > .claude/x; mv .github g; true";
  await using running = await box.start(script, { place: { ...box.place, root, mounts } });
  expect(await textOf(running.stdout)).toBe('{"mcpServers":{}}\nexport A=1\n');
  await running.exited;
  expect(lstatSync(join(root, ".npmrc")).size).toBe(0);
  expect(readdirSync(join(root, ".claude"))).toEqual([]);
  removeMountPoints(root);
  expect(readdirSync(root)).toEqual([".envrc"]);
});

test("the exclude lines name every protected path from the root", () => {
  expect(EXCLUDE_LINES).toContain("/.mcp.json");
  expect(EXCLUDE_LINES).toHaveLength(Object.keys(PROTECTED_NAMES).length);
});

test("a git folder that leads elsewhere is noticed", () => {
  using scene = tree({
    ".git/HEAD": "",
    ".git/config": "",
    ".git/refs/x": "",
    ".git/objects/x": "",
  });
  expect(gitFolderTampering(scene.root)).toEqual([]);
  expect(
    protectGitFolder(scene.root).map(({ target, access }) => [
      target.slice(scene.root.length),
      access,
    ]),
  ).toEqual([
    ["/.git", "writable"],
    ["/.git/objects", "writable"],
    ["/.git/config", "read-only"],
    ["/.git/hooks", "read-only"],
    ["/.git/info", "read-only"],
    ["/.git/objects/info", "read-only"],
  ]);
  writeFileSync(join(scene.root, ".git/commondir"), "../elsewhere\n");
  expect(gitFolderTampering(scene.root)).toEqual([expect.stringContaining("commondir")]);
  rmSync(join(scene.root, ".git"), { recursive: true });
  writeFileSync(join(scene.root, ".git"), "gitdir: elsewhere\n");
  expect(gitFolderTampering(scene.root)).not.toEqual([]);
  expect(() => protectGitFolder(scene.root)).toThrow("tampered");
});
