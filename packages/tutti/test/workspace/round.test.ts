import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  candidateOf,
  commitOf,
  git,
  makeRepository,
  newKey,
  openWorkspaces,
  quiet,
  scratch,
  sourceOf,
  write,
} from "./support.ts";

test("a change goes from the author's workspace over a checkpoint and a landing into the target", async () => {
  using place = scratch();
  const project = makeRepository(join(place.folder, "project"));
  const { workspaces } = openWorkspaces(place);
  const source = sourceOf(project);

  const { root } = await workspaces.prepare(source, quiet);
  expect(git(root, "status", "--porcelain")).toBe("");
  write(root, { "a.txt": "changed\n", "new.txt": "new\n" });
  const made = await workspaces.checkpoint(source, {
    key: newKey(),
    message: "Change a",
    author: null,
  });
  expect(made.parent).toBe(source.base.commit);
  expect(made.changed).toEqual(["a.txt", "new.txt"]);
  expect(git(root, "status", "--porcelain")).toBe("");
  expect(git(root, "rev-parse", "HEAD")).toBe(made.candidate.commit);

  {
    await using review = await workspaces.throwAway(source, {
      key: newKey(),
      commit: made.candidate.commit,
      purpose: "review",
    });
    expect(readFileSync(join(review.place.root, "new.txt"), "utf8")).toBe("new\n");
    expect(git(review.place.root, "log", "--format=%an %s")).toBe(
      "Tutti Change under review\nAda First commit",
    );
  }

  const options = {
    target: "main",
    to: "target",
    candidate: made.candidate,
  } as const;
  const landing = await workspaces.landing(source, {
    ...options,
    key: newKey(),
    trailers: [`Tutti-Run: ${source.run}`],
    title: "Change a",
    at: 1_700_000_000_000,
  });
  if (landing.kind !== "prepared") throw new Error("conflict");
  const applied = await workspaces.apply(source, {
    ...options,
    key: newKey(),
    tip: landing.tip,
    landing: landing.landing,
  });
  expect(applied).toEqual({
    kind: "applied",
    commit: landing.landing.commit,
    target: "main",
    workTree: "updated",
  });
  expect(candidateOf(project)).toEqual(landing.landing);
  expect(git(project, "status", "--porcelain")).toBe("");
  expect(readFileSync(join(project, "a.txt"), "utf8")).toBe("changed\n");
  expect((await workspaces.dispose(source)).parked).toEqual([]);
  expect(existsSync(root)).toBe(false);
  expect(git(project, "for-each-ref", "refs/tutti")).toBe("");
  expect(commitOf(project, "main^2")).toBe(made.candidate.commit);
});
