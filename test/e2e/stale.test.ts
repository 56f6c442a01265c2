/** What was approved changes afterwards: approvals fall, agents' work is stale, and a person decides. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createDaemon, type Daemon, jsonOf } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, EMPTY_REVIEW, type Project } from "../fixtures/project.ts";

type Step = { readonly id: string; readonly outcome: string; readonly attempts: number };

const stepsOf = (view: { readonly steps: readonly Step[] }): Record<string, string> =>
  Object.fromEntries(view.steps.map(({ id, outcome, attempts }) => [id, `${outcome} ${attempts}`]));

const openProject = (): Project =>
  createProject({
    agents: {
      // Each turn leaves a trace, so that a repeated one changes something.
      alto: {
        family: "anthropic",
        script: {
          ...AUTHOR,
          turns: AUTHOR.turns.map((turn) => ({
            ...turn,
            do: [...turn.do, { do: "run" as const, command: "echo $SCRIPTED_NTH >> trace.txt" }],
          })),
        },
      },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.test.mjs", timeout: "30s" } },
  });

/** A run that waits for the approval of its merge. */
const built = async (daemon: Daemon) => {
  const { tutti } = daemon;
  const { run } = jsonOf(await tutti(["run", "Make sum([]) return 0", "--wait", "--json"]));
  const view = jsonOf(await tutti(["approve", run, "--wait", "--json"]));
  expect(view.attention[0].step).toBe("approve-merge");
  return { run, subject: view.attention[0].subject, pin: view.pin };
};

/** A file of the person's as the new specification. */
const amend = async (daemon: Daemon, run: string, text: string) => {
  const file = join(daemon.data, "my-spec.md");
  writeFileSync(file, text);
  return await daemon.tutti(["amend", run, "spec.md", file]);
};

it("an amended specification voids its approval, and what was built from it is stale until a person says that it holds", async () => {
  using project = openProject();
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { run, subject, pin } = await built(daemon);
  expect((await amend(daemon, run, "# Sum\nOf nothing it is 0, of text it throws.\n")).code).toBe(
    0,
  );

  const amended = jsonOf(await tutti(["show", run, "--json"]));
  expect(amended.attention.map(({ kind, step }: Record<string, string>) => [kind, step])).toEqual([
    ["approval", "approve-spec"],
  ]);
  // What was approved is still what it was; the amendment is not approved yet.
  expect(amended.pin).toBe(pin);
  const old = await tutti(["approve", run, "--subject", subject, "--json"]);
  expect([old.code, jsonOf(old).error.code]).toEqual([5, "approval.moved"]);

  const approved = jsonOf(await tutti(["approve", run, "--wait", "--json"]));
  expect(approved.attention[0]).toMatchObject({ kind: "stale", step: "plan" });
  expect(stepsOf(approved)).toMatchObject({ plan: "stale 1", "build[P1]": "stale 1" });
  expect(approved.pin).not.toBe(pin);
  const wrong = await tutti(["renew", run, "plan", "--json"]);
  expect([wrong.code, jsonOf(wrong).error.code]).toEqual([2, "usage"]);
  const fresh = await tutti(["renew", run, "spec", "--holds", "--json"]);
  expect([fresh.code, jsonOf(fresh).error.code]).toEqual([5, "step.not-open"]);

  const planned = jsonOf(await tutti(["renew", run, "plan", "--holds", "--wait", "--json"]));
  expect(planned.attention[0]).toMatchObject({ kind: "stale", step: "build[P1]" });
  const held = jsonOf(await tutti(["renew", run, "build[P1]", "--holds", "--wait", "--json"]));
  // The review is agents' work as well, and looked at the change with the old specification.
  expect(held.attention[0]).toMatchObject({ kind: "stale", step: "rival-review" });
  const reviewed = jsonOf(
    await tutti(["renew", run, "rival-review", "--again", "--wait", "--json"]),
  );
  expect(reviewed.attention[0]).toMatchObject({ kind: "approval", step: "approve-merge" });
  expect(stepsOf(reviewed)).toMatchObject({
    plan: "passed 1",
    "build[P1]": "passed 1",
    "rival-review": "passed 2",
  });
  expect((await tutti(["approve", run, "--wait"])).code).toBe(0);
});

it("stale work that a person asks for again is done again on top, from the new specification", async () => {
  using project = openProject();
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { run } = await built(daemon);
  await amend(daemon, run, "# Sum\nA NEW SENTENCE\n");
  await tutti(["approve", run, "--wait"]);
  await tutti(["renew", run, "plan", "--holds", "--wait"]);
  const again = jsonOf(await tutti(["renew", run, "build[P1]", "--again", "--wait", "--json"]));
  // A new candidate: checks and review follow by themselves.
  expect(again.attention[0]).toMatchObject({ kind: "approval", step: "approve-merge" });
  expect(stepsOf(again)).toMatchObject({
    "build[P1]": "passed 2",
    test: "passed 2",
    "rival-review": "passed 2",
  });
  const prompt = (await tutti(["show", run, "--transcript", `${run}/build[P1]/2`])).stdout;
  expect(prompt).toContain("A NEW SENTENCE");
  expect((await tutti(["diff", run])).stdout).toContain("+++ b/trace.txt");
});

it("an amendment that is invalid or of something unknown is refused and changes nothing", async () => {
  using project = openProject();
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { run, attention } = jsonOf(await tutti(["run", "Sum", "--wait", "--json"]));
  const invalid = await tutti(["amend", run, "contract.yaml", "-", "--json"], {
    input: "requirements: none\n",
  });
  expect([invalid.code, jsonOf(invalid).error.code]).toEqual([2, "artifact.invalid"]);
  expect(jsonOf(invalid).error.message).toContain("requirements");
  const unknown = await tutti(["amend", run, "other.md", "-", "--json"], { input: "text\n" });
  expect(unknown.code).toBe(2);
  const view = jsonOf(await tutti(["show", run, "--json"]));
  expect(view.attention[0].subject).toBe(attention[0].subject);
});

/** Two items, the second with this title. */
const planOf = (second: string): string =>
  `items:\n  - { id: P1, title: "The first", covers: [R1] }\n  - { id: P2, title: "${second}", needs: [P1] }\n`;

it("an edited item of the plan restarts only that item", async () => {
  const trace = { do: "run" as const, command: "echo $SCRIPTED_STEP >> trace.txt" };
  const turns = AUTHOR.turns.map((turn) => ({
    ...turn,
    do:
      turn.step === "plan"
        ? [{ do: "report" as const, file: "plan.yaml", text: planOf("The second") }]
        : [...turn.do, trace],
  }));
  using project = createProject({
    agents: {
      alto: { family: "anthropic", script: { name: "alto", turns } },
      tenor: { family: "openai", script: EMPTY_REVIEW },
    },
    checks: { there: { run: "test -e sum.test.mjs", timeout: "30s" } },
  });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { run } = await built(daemon);
  await tutti(["amend", run, "plan.yaml", "-"], { input: planOf("The second, in another way") });
  const amended = jsonOf(await tutti(["show", run, "--json"]));
  expect(stepsOf(amended)).toMatchObject({ "build[P1]": "passed 1", "build[P2]": "stale 1" });
  expect(amended.attention.map(({ step }: Record<string, string>) => step)).toEqual(["build[P2]"]);
  const again = jsonOf(await tutti(["renew", run, "build[P2]", "--again", "--wait", "--json"]));
  expect(again.attention[0]).toMatchObject({ kind: "approval", step: "approve-merge" });
  expect(stepsOf(again)).toMatchObject({ "build[P1]": "passed 1", "build[P2]": "passed 2" });
  expect((await tutti(["approve", run, "--wait"])).code).toBe(0);
  expect(project.git("show", "main:trace.txt")).toBe("build[P1]\nbuild[P2]\nbuild[P2]");
});
