/**
 * An edit that keeps a file's size, in the second in which git last looked at it. Git compares whole
 * seconds, so only the age of its index tells it to look at the content: an index that is copied or
 * written anew must not look younger than what it describes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  commitFiles,
  git,
  makeRepository,
  newKey,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
  type Overrides,
} from "./support.ts";

const MS_PER_SECOND = 1000;
const second = (): number => Math.floor(Date.now() / MS_PER_SECOND);

/** Does it again until it happened within one second of the clock, which git cannot tell apart. */
async function inOneSecond<Result>(act: () => Promise<Result> | Result): Promise<Result> {
  for (;;) {
    const started = second();
    const result = await act();
    if (second() === started) return result;
  }
}

const nextSecond = (): Promise<void> => delay(MS_PER_SECOND - (Date.now() % MS_PER_SECOND));

function setting(overrides: Overrides = {}) {
  const place = scratch("second");
  const project = makeRepository(join(place.folder, "project"), { "a.txt": "open\n", "b.txt": "" });
  const { workspaces } = openWorkspaces(place);
  const workspace = async () => {
    const source = sourceOf(project, overrides);
    const { root } = await workspaces.prepare(source, quiet);
    const checkpoint = () =>
      workspaces.checkpoint(source, { key: newKey(), message: "Work", author: null });
    return { source, root, checkpoint };
  };
  return { ...place, project, workspaces, workspace };
}

test("an agent's edit right after the workspace was made is in the checkpoint", async () => {
  using at = setting();
  const { checkpoint } = await inOneSecond(async () => {
    const made = await at.workspace();
    writeFileSync(join(made.root, "a.txt"), "done\n");
    return made;
  });
  await nextSecond();
  expect((await checkpoint()).changed).toEqual(["a.txt"]);
});

test("an agent's edit right after a checkpoint is in the next one", async () => {
  using at = setting();
  const { root, checkpoint } = await at.workspace();
  let edits = 0;
  await inOneSecond(async () => {
    edits += 1;
    writeFileSync(join(root, "a.txt"), `${String(edits).padStart(4, "0")}\n`);
    await checkpoint();
    writeFileSync(join(root, "a.txt"), "done\n");
  });
  expect(git(root, "status", "--porcelain")).toContain("a.txt");
  await nextSecond();
  expect(git(root, "status", "--porcelain")).toContain("a.txt");
  expect((await checkpoint()).changed).toEqual(["a.txt"]);
});

test("an agent's edit right after a checkpoint is found although it commits something else", async () => {
  using at = setting();
  const { root, checkpoint } = await at.workspace();
  let edits = 0;
  await inOneSecond(async () => {
    edits += 1;
    writeFileSync(join(root, "a.txt"), `${String(edits).padStart(4, "0")}\n`);
    await checkpoint();
    writeFileSync(join(root, "a.txt"), "done\n");
  });
  await nextSecond();
  writeFileSync(join(root, "b.txt"), "committed\n");
  git(root, "commit", "-q", "-m", "Only this", "b.txt");
  expect((await checkpoint()).changed).toEqual(["a.txt", "b.txt"]);
});

test("a person's edit right after their commit keeps the merge from their work tree", async () => {
  using at = setting();
  const { source, root, checkpoint } = await at.workspace();
  writeFileSync(join(root, "a.txt"), "ours\n");
  const { candidate } = await checkpoint();
  let commits = 0;
  await inOneSecond(() => {
    commits += 1;
    commitFiles(at.project, { "a.txt": "open\n", "b.txt": String(commits) }, "Present");
    writeFileSync(join(at.project, "a.txt"), "mine\n");
  });
  const target = { target: "main", to: "target" as const, candidate };
  const landing = await at.workspaces.landing(source, {
    ...target,
    key: newKey(),
    trailers: [],
    title: "Merge",
    at: 0,
  });
  if (landing.kind !== "prepared") throw new Error("it should merge");
  await nextSecond();
  const applied = await at.workspaces.apply(source, { ...target, ...landing, key: newKey() });
  expect(applied).toMatchObject({ kind: "refused", reason: "dirty-tree" });
  expect(readFileSync(join(at.project, "a.txt"), "utf8")).toBe("mine\n");
});
