/** A person has the evidence of a finding run again. */
import { expect, it } from "vitest";
import { conduct, createDaemon, jsonOf, proceed, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET } from "../fixtures/project.ts";

it("the evidence of a finding is run again on base and candidate, and kept beside what was run before", async () => {
  using project = createProject({ agents: DUET });
  await using daemon = createDaemon(project);
  const run = await startRun(daemon.client, project);
  const before = await conduct(daemon.client, run, (item) =>
    item.step === "approve-merge" ? null : proceed(item),
  );
  const [finding] = before.findings;
  expect(finding?.verdict).toBe("confirmed");
  const again = jsonOf(await daemon.tutti(["rerun", run, "F1", "--wait", "--json"]));
  expect(again.findings[0]).toMatchObject({
    verdict: "confirmed",
    isRunning: false,
    reruns: [{ candidate: before.candidate?.commit, problem: null, words: { candidate: "pass" } }],
  });
  expect(again.findings[0].evidence.runs.candidate).toEqual(finding?.evidence?.runs.candidate);
  expect(again.findings[0].evidence.runs.fixed.length).toBe(6);
  expect(again.attention[0]).toMatchObject({ step: "approve-merge" });
  expect((await daemon.tutti(["show", run])).stdout).toContain("run again by");
  const none = await daemon.tutti(["rerun", run, "F9", "--json"]);
  expect([none.code, jsonOf(none).error.code]).toEqual([2, "finding.unknown"]);
});
