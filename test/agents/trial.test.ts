/** `tutti agents test` of real agents: one edit in a throw-away workspace, measured. */
import { expect, it } from "vitest";
import { jsonOf } from "../fixtures/daemon.ts";
import type { Handler } from "../fixtures/model-server/step.ts";
import { MODELS, REAL_AGENTS, realAgent } from "../fixtures/real-agents.ts";
import { createRealStage } from "./stage.ts";

const MIB = 1024 * 1024;

const edits: Handler = ({ prompt }) =>
  prompt.startsWith("Tutti step: probe")
    ? [{ write: { path: "tutti-trial.txt", text: "It works.\n" } }, { text: "Done." }]
    : undefined;

it.for(REAL_AGENTS)("%s is tried by name and measured", async (id) => {
  await using stage = await createRealStage({ author: id, handler: () => edits });
  const { daemon, project, models } = stage;
  // Only a daemon that is started here has the keys.
  await daemon.client.health();
  const tried = jsonOf(await daemon.tutti(["agents", "test", id, "--yes", "--json"]));
  expect(tried).toMatchObject({ name: id, ok: true, problem: null });
  const { distribution, quirks } = realAgent(id).entry;
  const version = distribution.kind === "npm" ? distribution.package.split("@").at(-1) : "";
  expect(tried.agent).toContain(version);
  // What the trial allows in a person's place; one that never asks is not asked for.
  expect(tried.asked > 0).toBe(quirks.asks !== "never");
  expect(tried.models.served).toEqual([MODELS[id]]);
  expect(tried.models.requests).toBeGreaterThan(0);
  expect(tried.models.inputTokens).toBeGreaterThan(0);
  expect(tried.models.outputTokens).toBeGreaterThan(0);
  // Each of them is a Node with a good deal in it.
  expect(tried.peakBytes).toBeGreaterThan(20 * MIB);
  const { initializedMs, openedMs, firstUpdateMs, totalMs } = tried;
  expect(initializedMs).toBeGreaterThan(0);
  expect(openedMs).toBeGreaterThanOrEqual(initializedMs);
  expect(firstUpdateMs).toBeGreaterThan(0);
  expect(totalMs).toBeGreaterThanOrEqual(openedMs + firstUpdateMs);
  expect(models.requests.length).toBeGreaterThan(0);
  expect(project.git("status", "--porcelain")).toBe("");
});
