/** What is published: the tarball plays the demo, with nothing of the checkout beside it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openTheatre } from "../fixtures/demo.ts";
import { REPOSITORY } from "../fixtures/project.ts";

/** Unpacks the tarball where npm would; its dependencies are the checkout's. */
const unpack = (folder: string): string => {
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  run(process.execPath, join(REPOSITORY, "scripts/build.mjs"));
  const packed = run("npm", "pack", "--silent", join(REPOSITORY, "packages/tutti"));
  const installed = join(folder, "lib/node_modules/tutti");
  mkdirSync(installed, { recursive: true });
  run("tar", "-xzf", packed.trim(), "--strip-components=1", "-C", installed);
  symlinkSync(join(REPOSITORY, "node_modules"), join(installed, "node_modules"));
  return join(installed, "bin/tutti.mjs");
};

it("plays the demo from the packed tarball", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-packed-"));
  try {
    await using theatre = openTheatre("tutti packed ", unpack(folder));
    const { code, stdout, stderr } = await theatre.play(["demo", "--once", "--json"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("● the tests pass there")]);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "merged" });
    expect(theatre.left()).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
