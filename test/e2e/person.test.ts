/** A person and a run, through the command line alone: exit codes, words and JSON. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { projectIdOf } from "../../packages/tutti/src/engine/start-run.ts";
import { createDaemon, jsonOf } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET, EMPTY_REVIEW } from "../fixtures/project.ts";

const TASK = "Make sum([]) return 0";

it("a task is followed by commands from the first approval to the merge", async () => {
  using project = createProject({
    agents: { ...DUET, tenor: { family: "openai", script: EMPTY_REVIEW } },
  });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;

  const started = await tutti(["run", TASK, "--wait"]);
  expect(started.code).toBe(3);
  expect(started.stdout).toContain("Approve spec.md and contract.yaml");
  expect(started.stdout).toMatch(/Read spec\.md +tutti show r-\w+ --artifact spec\.md/u);
  expect(started.stderr).toContain("spec: passed");

  const listed = jsonOf(await tutti(["tasks", "--json"]));
  expect(listed.items).toHaveLength(1);
  const [{ id: run, state, attention }] = listed.items;
  expect([state, attention]).toEqual(["waiting", 1]);
  expect((await tutti(["tasks"])).stdout).toContain("waiting for you");
  expect((await tutti([])).stdout).toContain("Approve spec.md and contract.yaml");

  expect((await tutti(["show", "--artifact", "spec.md"])).stdout).toContain("# Sum");
  const waiting = jsonOf(await tutti(["show", run, "--json"]));
  expect(waiting.contract.requirements[0]).toMatchObject({ id: "R1", state: "unverified" });

  const comment = await tutti(["comment", "see the older report", "--on", "spec.md"]);
  expect(comment.code).toBe(0);
  const approved = await tutti(["approve", "-m", "go on", "--wait", "--json"]);
  expect(approved.code).toBe(3);
  expect(jsonOf(approved).attention[0]).toMatchObject({ kind: "approval", step: "approve-merge" });
  expect(
    jsonOf(approved).comments.map(({ on, text }: Record<string, string>) => [on, text]),
  ).toEqual([
    ["spec.md", "see the older report"],
    ["approve-spec", "go on"],
  ]);

  const sessions = jsonOf(await tutti(["show", "--sessions", "--json"])).sessions;
  expect(sessions).toContain(`${run}/plan/1`);
  const plan = await tutti(["show", "--transcript", `${run}/plan/1`]);
  expect(plan.stdout).toContain("see the older report");

  const diff = await tutti(["diff"]);
  expect(diff.stdout).toContain("+++ b/sum.mjs");
  expect((await tutti(["diff", "--stat"])).stdout.trim()).toMatch(
    /^modified\s+\+\d+ -\d+\s+sum\.mjs$/u,
  );
  expect((await tutti(["diff", "--file", "sum.mjs"])).stdout).toBe(diff.stdout);
  const elsewhere = await tutti(["diff", "--file", "../../etc/passwd"]);
  expect(elsewhere).toMatchObject({ code: 2, stdout: "" });
  expect(jsonOf(await tutti(["diff", "--json"])).files).toHaveLength(1);

  const merged = await tutti(["approve", run, "approve-merge", "--wait", "--json"]);
  expect(merged.code).toBe(0);
  expect(jsonOf(merged)).toMatchObject({ outcome: "merged", attention: [] });

  const watched = await tutti(["watch", run, "--json"]);
  expect(watched.code).toBe(0);
  const events = watched.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events[0].body.type).toBe("run.started");
  expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
  expect(events.map(({ body }) => body.type)).toContain("merge.applied");

  const late = await tutti(["approve", run, "--json"]);
  expect([late.code, jsonOf(late).error.code]).toEqual([5, "run.finished"]);
  expect(jsonOf(await tutti(["tasks", "--json", "--state", "merged"])).items).toHaveLength(1);
});

it("a specification that is sent back is written again, and the approval of the old one is refused", async () => {
  const [spec, ...others] = AUTHOR.turns;
  const again = {
    step: "spec",
    prompt: "Name the edge cases",
    do: [
      ...(spec?.do ?? []),
      { do: "report" as const, file: "spec.md", text: "# Sum\nEdge cases: the empty list.\n" },
    ],
  };
  using project = createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: { name: "alto", turns: [again, ...(spec ? [spec] : []), ...others] },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
  });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const first = jsonOf(await tutti(["run", TASK, "--wait", "--json"]));
  const [before] = first.attention;

  const wordless = await tutti(["reject", "--json"]);
  expect([wordless.code, jsonOf(wordless).error.code]).toEqual([2, "usage"]);

  const rejected = await tutti(["reject", "-m", "Name the edge cases", "--wait", "--json"]);
  expect(rejected.code).toBe(3);
  const [after] = jsonOf(rejected).attention;
  expect(after.subject).not.toBe(before.subject);
  expect((await tutti(["show", "--artifact", "spec.md"])).stdout).toContain("Edge cases");

  const old = await tutti(["approve", "--subject", before.subject, "--json"]);
  expect([old.code, jsonOf(old).error.code]).toEqual([5, "approval.moved"]);
  const stale = daemon.client.command(first.run, {
    kind: "approval.give",
    step: before.step,
    subject: before.subject,
  });
  await expect(stale).rejects.toMatchObject({ code: "approval.moved" });
  expect(jsonOf(await tutti(["show", "--json"])).approvals).toEqual([]);
  expect((await tutti(["approve", "--subject", after.subject.slice(0, 8)])).code).toBe(0);
});

const write = (content: string) => ({ do: "write" as const, path: "answer.txt", content });

it("an agent's question is answered with yes or no, and the agent acts on the answer", async () => {
  using project = createProject({
    agents: {
      alto: {
        family: "anthropic",
        script: {
          name: "alto",
          turns: [
            {
              step: "implement",
              do: [
                {
                  do: "ask",
                  title: "May I use the network?",
                  allow: [write("yes\n")],
                  deny: [write("no\n")],
                },
              ],
            },
          ],
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.mjs", timeout: "30s" } },
  });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  expect((await tutti(["permit", "ls", "--json"])).stdout).toContain('"items":[]');

  // What is damaged answers nothing and takes no answer; the person is asked all the same.
  const spoiled = join(project.folder, "data/answers", `${projectIdOf(project.root)}.json`);
  mkdirSync(dirname(spoiled), { recursive: true, mode: 0o700 });
  writeFileSync(spoiled, "[{]");
  const answers = [];
  for (const word of ["allow", "deny"]) {
    const asked = await tutti([
      "run",
      `Ask for ${word}`,
      "--workflow",
      "quick",
      "--wait",
      "--json",
    ]);
    expect(asked.code).toBe(3);
    const { run, attention } = jsonOf(asked);
    expect(attention[0]).toMatchObject({ kind: "permission", asks: "May I use the network?" });
    expect((await tutti(["permit", "ls"])).stdout).toContain("May I use the network?");
    const unknown = await tutti(["permit", word, run, "q-unknown", "--json"]);
    expect([unknown.code, jsonOf(unknown).error.code]).toEqual([5, "permission.unknown"]);
    const damaged = await tutti(["permit", word, run, "--project", "--json"]);
    expect(jsonOf(damaged).error).toMatchObject({
      code: "answers.damaged",
      message: expect.stringContaining(spoiled),
    });
    expect((await tutti(["permit", word, run])).code).toBe(0);
    const twice = await tutti(["permit", word, run, "--json"]);
    expect(twice.code).toBe(5);
    const end = await tutti(["watch", run, "--json"]);
    expect(end.code).toBe(0);
    answers.push(project.git("show", "main:answer.txt"));
  }
  expect(answers).toEqual(["yes", "no"]);
});
