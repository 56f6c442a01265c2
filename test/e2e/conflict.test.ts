/** The target changed under a run's files: nothing moves until a person has answered. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StepKey } from "@tutti/protocol";
import { expect, it } from "vitest";
import type { Action } from "../../packages/tutti/src/agents/scripted/script.ts";
import { type Answer, conduct, createDaemon, ended, startRun } from "../fixtures/daemon.ts";
import { createProject, EMPTY_REVIEW, type Project } from "../fixtures/project.ts";

const AGENTS_NOTE: Action = { do: "write", path: "NOTES.md", content: "the agent's line\n" };

/** The second prompt of the author is a person's word after the conflict. */
const projectWith = (again: readonly Action[]): Project =>
  createProject({
    files: { "NOTES.md": "a line\n" },
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [
            { step: "implement", nth: 1, do: [AGENTS_NOTE] },
            { step: "implement", do: [...again] },
          ],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { notes: { run: "test -e sum.mjs", timeout: "30s" } },
  });

/** A run on the present commit, and a person's commit right after. */
const startInConflict = async (project: Project, daemon: ReturnType<typeof createDaemon>) => {
  const run = await startRun(daemon.client, project, { workflow: "quick" });
  const tip = project.commit({ "NOTES.md": "the person's line\n" }, "notes");
  const view = await conduct(daemon.client, run);
  return { run, tip, view };
};

const isUntouched = (project: Project, tip: string): void => {
  expect(project.git("rev-parse", "main")).toBe(tip);
  expect(project.git("status", "--porcelain")).toBe("");
  expect(readFileSync(join(project.root, "NOTES.md"), "utf8")).toBe("the person's line\n");
};

it("a conflict with the target waits for a person, moves nothing, and merges when the target has moved back", async () => {
  using project = projectWith([]);
  await using daemon = createDaemon(project);
  const { run, tip, view } = await startInConflict(project, daemon);
  expect(view.attention.map((item) => item.kind)).toEqual(["conflict"]);
  expect(view.attention[0]?.details).toContain("NOTES.md");
  expect(view.attention[0]?.answers.map((answer) => answer.name)).toEqual([
    "retry",
    "changes",
    "cancel",
  ]);
  isUntouched(project, tip);

  const still = await daemon.tutti(["merge", run, "--wait", "--json"]);
  expect(still.code).toBe(5);
  expect(JSON.parse(still.stdout).refusal.reason).toBe("conflict");
  isUntouched(project, tip);

  project.git("reset", "--quiet", "--hard", "HEAD~1");
  const merged = await daemon.tutti(["merge", run, "--wait", "--json"]);
  expect(merged.code).toBe(0);
  expect(JSON.parse(merged.stdout)).toMatchObject({ outcome: "merged", refusal: null });
  expect(project.git("show", "main:NOTES.md")).toBe("the agent's line");
});

it("a conflict sent back to the author names the target's commit, and what he merges of it is landed", async () => {
  using project = projectWith([]);
  await using daemon = createDaemon(project);
  const { run, tip } = await startInConflict(project, daemon);
  project.script("alto", {
    name: "alto",
    turns: [
      {
        step: "implement",
        // Only if he is told which commit it is about.
        prompt: `conflicts[^]*${tip}[^]*NOTES\\.md`,
        do: [
          { do: "run", command: `git merge -q ${tip}` },
          { do: "write", path: "NOTES.md", content: "both lines\n" },
          { do: "commit", message: "take both" },
        ],
      },
    ],
  });
  const back = await daemon.tutti(["reject", run, "-m", "keep both lines", "--wait", "--json"]);
  const view = JSON.parse(back.stdout);
  expect([back.code, view.text, view.attention]).toEqual([0, "merged into main", []]);
  expect(project.git("show", "main:NOTES.md")).toBe("both lines");
  expect(project.git("status", "--porcelain")).toBe("");
});

it("conflict markers that an author commits as the solution are refused, and the target stays clean", async () => {
  using project = projectWith([]);
  await using daemon = createDaemon(project);
  const { run, tip } = await startInConflict(project, daemon);
  project.script("alto", {
    name: "alto",
    turns: [
      {
        step: "implement",
        nth: 2,
        do: [
          { do: "run", command: `git merge -q ${tip}` },
          { do: "commit", message: "Resolve the conflict" },
          { do: "say", text: "Resolved." },
        ],
      },
      {
        step: "implement",
        prompt: "[Cc]onflict markers[^]*NOTES\\.md",
        do: [{ do: "write", path: "NOTES.md", content: "both lines\n" }],
      },
    ],
  });
  const refused = await daemon.tutti(["reject", run, "-m", "solve it", "--wait", "--json"]);
  const view = JSON.parse(refused.stdout);
  expect(refused.code).toBe(5);
  expect(view.refusal).toMatchObject({ reason: "conflict-markers" });
  expect(view.refusal.message).toContain("NOTES.md");
  expect(view.attention[0]?.kind).toBe("conflict");
  isUntouched(project, tip);
  // The markers were there to be merged.
  expect((await daemon.tutti(["diff", run])).stdout).toContain("+<<<<<<<");

  const mended = await daemon.tutti(["reject", run, "-m", "no markers", "--wait"]);
  expect(mended.code).toBe(0);
  expect(project.git("show", "main:NOTES.md")).toBe("both lines");
});

it("a run cancelled in a conflict leaves the target alone and parks its commits under a name", async () => {
  using project = projectWith([]);
  await using daemon = createDaemon(project);
  const { run, tip, view } = await startInConflict(project, daemon);
  const cancelled = await daemon.tutti(["cancel", run, "-m", "not needed", "--wait", "--json"]);
  expect(cancelled.code).toBe(1);
  expect(JSON.parse(cancelled.stdout).outcome).toBe("cancelled");
  await ended(daemon.client, run);
  isUntouched(project, tip);
  const { workspace } = await daemon.client.run(run);
  expect(workspace).toMatchObject({ kind: "disposed", parked: [`refs/tutti/parked/${run}`] });
  expect((await daemon.tutti(["show", run])).stdout).toContain(`refs/tutti/parked/${run}`);
  expect((await daemon.tutti(["diff", run])).stdout).toContain("+the agent's line");
  // The parked work needs its base in the user's repository; nothing else is left there.
  expect(project.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/tutti")).toBe(
    `refs/tutti/keep/${run} ${view.base.commit}`,
  );
});

it("a merge into a work tree with uncommitted changes waits, moves nothing, and goes on when it is clean", async () => {
  using project = projectWith([]);
  await using daemon = createDaemon(project);
  const { client } = daemon;
  const before = project.git("rev-parse", "main");
  const run = await startRun(client, project, { workflow: "quick" });
  project.write({ "sum.mjs": "mine\n" });
  const view = await conduct(client, run);
  expect(view.attention.map((item) => item.kind)).toEqual(["conflict"]);
  expect(view.refusal).toMatchObject({ reason: "dirty-tree" });
  expect(view.refusal?.message).toContain("sum.mjs");
  expect(project.git("rev-parse", "main")).toBe(before);
  expect(readFileSync(join(project.root, "sum.mjs"), "utf8")).toBe("mine\n");
  project.git("stash", "--quiet");
  expect((await daemon.tutti(["merge", run, "--wait"])).code).toBe(0);
  expect(project.git("status", "--porcelain")).toBe("");
  project.git("stash", "pop", "--quiet");
  expect(readFileSync(join(project.root, "sum.mjs"), "utf8")).toBe("mine\n");
});

it("an overlap with the target voids the review, which a person renews or asks for again", async () => {
  using project = projectWith([]);
  await using daemon = createDaemon(project);
  const body = Array.from({ length: 20 }, (_, line) => `line ${line}\n`);
  project.commit({ "NOTES.md": ["a line\n", ...body].join("") }, "longer");
  project.script("alto", {
    name: "alto",
    turns: [
      {
        step: "implement",
        do: [{ do: "patch", path: "NOTES.md", find: "line 19", replace: "the agent's" }],
      },
    ],
  });
  const run = await startRun(daemon.client, project, { workflow: "quick" });
  project.commit({ "NOTES.md": ["the person's\n", ...body].join("") }, "notes");
  const asked: string[] = [];
  const answer: Answer = (item) => {
    if (item.kind !== "stale" || item.step === null) return null;
    asked.push(`${item.step}: ${item.asks}`);
    return { kind: "step.renew", step: StepKey.parse(item.step), answer: "again" };
  };
  const view = await conduct(daemon.client, run, answer);
  expect(view.outcome).toBe("merged");
  expect(asked).toEqual(["rival-review: rival-review was made from what has changed since"]);
  expect(view.steps.find(({ id }) => id === "rival-review")?.attempts).toBe(2);
  expect(project.git("show", "main:NOTES.md")).toContain("the person's\nline 0\n");
  expect(project.git("show", "main:NOTES.md")).toContain("the agent's");
});
