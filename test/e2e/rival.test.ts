/** No reviewer of another family: shown as degraded, and a policy or a person decides. */
import { expect, it } from "vitest";
import { createDaemon, jsonOf } from "../fixtures/daemon.ts";
import { createProject, DUET, EMPTY_REVIEW } from "../fixtures/project.ts";

/** Both agents are of one family. */
const siblings = (review: Readonly<Record<string, unknown>> = {}) =>
  createProject({
    agents: { alto: DUET.alto, tenor: { family: "anthropic", script: EMPTY_REVIEW } },
    checks: { there: { run: "test -e sum.test.mjs", timeout: "30s" } },
    config: { review },
  });

const RUN = ["run", "Make sum([]) return 0", "--workflow", "quick", "--wait", "--json"] as const;

it("a review by the author's own family waits for a person, who may go on with it marked as degraded", async () => {
  using project = siblings();
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const asked = await tutti(RUN);
  const { run, attention, warnings } = jsonOf(asked);
  expect([asked.code, attention[0].kind]).toEqual([3, "degraded"]);
  expect(attention[0].why).toContain("anthropic");
  expect(warnings.join()).toContain("family");
  expect(project.git("log", "--format=%s", "main")).toBe("first");
  for (const words of [
    ["approve", run, "-m", "it is small"],
    ["approve", run, "--degraded"],
  ])
    expect((await tutti(words)).code).toBe(2);
  const merged = await tutti([
    "approve",
    run,
    "--degraded",
    "-m",
    "it is small",
    "--wait",
    "--json",
  ]);
  const view = jsonOf(merged);
  expect([merged.code, view.outcome]).toEqual([0, "merged"]);
  expect(view.degraded).toMatchObject([{ step: "rival-review", reason: "it is small" }]);
  const page = (await tutti(["show", run])).stdout;
  expect(page).toMatch(/degraded: rival-review without a foreign reviewer.*it is small/su);
});

it("a policy that blocks without a rival is not answered by a word", async () => {
  using project = siblings({ whenUnavailable: "block" });
  await using daemon = createDaemon(project);
  const { tutti } = daemon;
  const { run, attention } = jsonOf(await tutti(RUN));
  expect(attention[0].kind).toBe("degraded");
  expect(attention[0].answers.map(({ name }: { name: string }) => name)).not.toContain("accept");
  const refused = await tutti(["approve", run, "--degraded", "-m", "it is small", "--json"]);
  expect([refused.code, jsonOf(refused).error.code]).toEqual([4, "review.blocked"]);
  expect(refused.stderr).toContain("whenUnavailable");
  expect(project.git("log", "--format=%s", "main")).toBe("first");
});
