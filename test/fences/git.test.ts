/** Fences 7–12: the repository the workspace was made from, and git's own files in the workspace. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../packages/tutti/test/workspace/support.ts";
import { test } from "vitest";
import { expectFence, type Side } from "./arena.ts";

const PLANTED = "planted by an agent";

async function plants(side: Side, path: string): Promise<boolean> {
  await side.sh(`mkdir -p "$(dirname '${path}')"; echo '${PLANTED}' >> '${path}'`);
  return existsSync(path) && readFileSync(path, "utf8").includes(PLANTED);
}

test("fence 7: hooks of the user's repository cannot be planted", () =>
  expectFence(async (side) => ({
    hook: await plants(side, join(side.project, ".git/hooks/post-checkout")),
  })));

test("fence 8: the configuration of the user's repository cannot be changed", () =>
  expectFence(async (side) => {
    const config = join(side.project, ".git/config");
    await side.sh(`git -C '${side.project}' config core.hooksPath '${side.tree}/hooks'`);
    const isSet = readFileSync(config, "utf8").includes("hooksPath");
    return { "by git": isSet, "by hand": await plants(side, config) };
  }));

test("fence 9: refs and objects of the user's repository cannot be moved or deleted", () =>
  expectFence(async (side) => {
    const objects = join(side.project, ".git/objects");
    const before = git(side.project, "rev-parse", "main");
    const loose = readdirSync(objects).find((name) => /^[0-9a-f]{2}$/u.test(name)) ?? "";
    await side.sh(`git -C '${side.project}' update-ref refs/heads/other ${before}`);
    const isMade = git(side.project, "for-each-ref", "refs/heads/other") !== "";
    const added = await plants(side, join(objects, "planted"));
    await side.sh(`rm -rf '${join(objects, loose)}'`);
    return {
      "a ref": isMade,
      "an object added": added,
      "objects deleted": !existsSync(join(objects, loose)),
    };
  }));

test("fence 10: the workspace's git folder cannot be put aside for another one", () =>
  expectFence(async (side) => {
    const folder = join(side.tree, ".git");
    const objects = join(folder, "objects");
    await side.sh(`mv '${objects}' '${objects}-aside'; mkdir '${objects}'`);
    const isStoreReplaced = existsSync(`${objects}-aside`);
    await side.sh(
      `mv '${folder}' '${side.tree}/aside'; mkdir '${folder}'; echo > '${folder}/mine'`,
    );
    const isReplaced = existsSync(join(folder, "mine")) && existsSync(join(side.tree, "aside"));
    await side.sh(`rm -rf '${folder}'; echo 'gitdir: ${side.outside}' > '${folder}'`);
    return {
      "the folder": isReplaced,
      "the object store": isStoreReplaced,
      "a pointer": statSync(folder).isFile(),
    };
  }));

test("fence 11: the workspace's own hooks, configuration and alternates cannot be changed", () =>
  expectFence(async (side) => {
    const folder = join(side.tree, ".git");
    const attacks = ["config", "hooks/pre-commit", "info/attributes", "objects/info/alternates"];
    const outcome: Record<string, boolean> = {};
    for (const name of attacks) outcome[name] = await plants(side, join(folder, name));
    await side.sh(`mv '${folder}/hooks' '${folder}/h2' && mkdir '${folder}/hooks'`);
    outcome["hooks renamed"] = existsSync(join(folder, "h2"));
    return outcome;
  }));

test("fence 12: settings of agents and editors cannot be created where there are none", () =>
  expectFence(async (side) => {
    const attacks = [
      ".claude/settings.local.json",
      ".codex/config.toml",
      ".gemini/settings.json",
      ".cursor/mcp.json",
      ".vscode/tasks.json",
      ".idea/workspace.xml",
      ".kimi-code/config.toml",
      ".opencode/plugin/evil.js",
      ".github/copilot/settings.json",
      ".mcp.json",
      ".envrc",
      ".npmrc",
      ".gitmodules",
      "opencode.json",
      "opencode.jsonc",
    ];
    const outcome: Record<string, boolean> = {};
    for (const name of attacks) outcome[name] = await plants(side, join(side.tree, name));
    await side.sh(
      `cd '${side.tree}'; mv .github old; mkdir -p .github/copilot; echo > .github/copilot/x`,
    );
    outcome[".github renamed away"] = existsSync(join(side.tree, ".github/copilot/x"));
    return outcome;
  }));
