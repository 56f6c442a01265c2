/** Who writes and who reviews, said for one run on the command line. */
import { expect, it } from "vitest";
import { createDaemon, jsonOf } from "../fixtures/daemon.ts";
import { AUTHOR, createProject, DUET } from "../fixtures/project.ts";

it("agents that are named for a run play in it, and its policy says so", async () => {
  using project = createProject({
    agents: { ...DUET, bass: { family: "google", script: { ...AUTHOR, name: "bass" } } },
    checks: { there: { run: "test -e sum.test.mjs", timeout: "30s" } },
  });
  await using daemon = createDaemon(project);
  const words = ["run", "Make sum([]) return 0", "--workflow", "quick", "--json"];
  const wrong = await daemon.tutti([...words, "--reviewer", "tenor,bas"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("--reviewer: error")]);
  expect(jsonOf(wrong).error).toMatchObject({
    code: "usage",
    message: "--reviewer: error: `bas` is not an agent. Did you mean `bass`?",
  });
  const merged = jsonOf(
    await daemon.tutti([...words, "--author", "bass", "--reviewer", "tenor", "--wait"]),
  );
  expect(merged.outcome).toBe("merged");
  expect(merged.families).toMatchObject({ authors: ["google"], reviewers: ["openai"] });
  const [first] = await daemon.client.eventsOf(merged.run, { after: 0, limit: 1 });
  expect(first?.body).toMatchObject({
    type: "run.started",
    policy: { config: { roles: { planner: "alto", author: "bass", reviewer: ["tenor"] } } },
  });
});
