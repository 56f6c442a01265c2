/** Fences 30, 31 and 33: hostile names, missing parts, and many at once. */
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { printable, printableJson } from "../../packages/tutti/src/cli/terminal/printable.ts";
import { createLog } from "../../packages/tutti/src/platform/log.ts";
import {
  makeRepository,
  newKey,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
} from "../../packages/tutti/test/workspace/support.ts";
import { expectFence, withSide } from "./arena.ts";
import { LAUNCH, taskOf } from "./program.ts";

/** A line of its own, a cleared screen, a set title, a hidden direction. */
const HOSTILE_NAMES = ["a\nb", "c\u001B[2Jd", "e\u001B]0;title\u0007f", "g\u202Eh"];

/** Control characters besides the line feed, and those that turn the reading direction. */
const isHostile = (text: string): boolean => /(?!\n)[\p{Cc}\u202A-\u202E]/u.test(text);
const hasControl = (text: string): boolean => /(?!\n)\p{Cc}/u.test(text);

test("fence 30: names of files reach records whole, and screens and logs without their commands", () =>
  expectFence(async (side) => {
    for (const name of HOSTILE_NAMES) writeFileSync(join(side.tree, name), "x\n");
    const { candidate, changed } = await side.workspaces.checkpoint(side.source, {
      key: newKey(),
      message: "Names",
      author: null,
    });
    expect(changed.toSorted()).toEqual(HOSTILE_NAMES.toSorted());
    const diff = await side.workspaces.diff(side.source, {
      from: side.source.base.commit,
      to: candidate.commit,
    });
    expect(diff.files.map(({ path }) => path).toSorted()).toEqual(HOSTILE_NAMES.toSorted());
    const names = changed.join(" ");
    if (side.isolation === "none") return { screen: isHostile(names), json: true, log: true };
    const lines: string[] = [];
    createLog({ write: (line) => lines.push(line) }).info("changed", { names });
    return {
      screen: isHostile(printable(names)),
      json: isHostile(printableJson({ names })),
      log: lines.length !== 1 || hasControl(lines.join("")),
    };
  }));

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

/** A daemon inside a fence finds no user namespaces, and with bubblewrap hidden, none of that. */
test("fence 31: without bubblewrap or user namespaces nothing is started", async () => {
  const control = await withSide("none", async (side) => {
    const { code } = await side.sh("true", { place: { ...side.place, isolation: "sandbox" } });
    return code;
  });
  expect(control, "with both, it starts").toBe(0);
  await withSide("sandbox", async (side) => {
    const data = join(side.tree, "inner-data");
    const own = { source: side.tree, target: side.tree, access: "writable" as const };
    const task = taskOf(side, ["sh", "-c", `echo started > '${side.loot}'`]);
    const inner = {
      dataFolder: data,
      spec: { ...task.spec, place: { ...side.place, mounts: [own] } },
    };
    const command = [process.execPath, LAUNCH, JSON.stringify(inner)];
    const shown = [CHECKOUT, dirname(process.execPath)].map((path) => path.replace(/\/$/u, ""));
    const mounts = [
      ...shown.map((path) => ({ source: path, target: path, access: "read-only" as const })),
      ...side.place.mounts,
    ];
    const start = async (place: typeof side.place): Promise<string> => {
      await using running = await side.launch({ command, place, cwd: "/" });
      running.stdin.end();
      let errors = "";
      for await (const chunk of running.stderr) errors += String(chunk);
      expect((await running.exited).code).toBe(99);
      return errors.trim();
    };
    expect(await start({ ...side.place, mounts })).toMatch(/^sandbox\.no-userns: /u);
    const hidden = { source: join(side.tree, "a.txt"), target: "/usr/bin/bwrap" };
    const without = [...mounts, { ...hidden, access: "read-only" as const }];
    expect(await start({ ...side.place, mounts: without })).toMatch(/^sandbox\.missing: /u);
    expect(side.hasLoot("started")).toBe(false);
  });
});

const MANY = 100;
const AT_ONCE = 25;

test("fence 33: a hundred workspaces made in parallel are all there, and none is left", async () => {
  using place = scratch("many");
  const project = makeRepository(join(place.folder, "project"));
  const { workspaces } = openWorkspaces(place);
  const sources = Array.from({ length: MANY }, () => sourceOf(project));
  const roots: string[] = [];
  const queue = [...sources];
  const worker = async (): Promise<void> => {
    for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
      const { root } = await workspaces.prepare(source, quiet);
      roots.push(root);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(new Set(roots).size).toBe(MANY);
  for (const root of roots) expect(readdirSync(root)).toContain("a.txt");
  await Promise.all(sources.map((source) => workspaces.dispose(source)));
  expect(readdirSync(join(place.data, "runs"))).toEqual([]);
});
