/** The main job through the real daemon: from a sentence to a verified merge. */
import { expect, it } from "vitest";
import { conduct, createDaemon, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET } from "../fixtures/project.ts";

it("takes a sentence through spec, approval, plan, build, checks, rival review, fix and approval to the merge", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  const view = await conduct(daemon.client, run);
  expect(view.outcome).toBe("merged");
  expect(view.findings.map((finding) => [finding.claim, finding.verdict])).toEqual([
    ["sum([]) is not 0", "confirmed"],
  ]);
  expect(view.families).toMatchObject({ authors: ["anthropic"], reviewers: ["openai"] });
  expect(project.git("status", "--porcelain")).toBe("");
  expect(project.git("show", "HEAD:sum.mjs")).toContain("total + value, 0");
  expect(project.git("log", "-1", "--format=%B")).toContain(`Tutti-Run: ${run}`);
  expect(project.git("rev-list", "--parents", "-1", "HEAD").split(" ")).toHaveLength(3);
});
