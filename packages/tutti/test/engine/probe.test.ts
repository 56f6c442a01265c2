import { ProjectConfig, RunId } from "@tutti/protocol";
import { expect, test } from "vitest";
import { probeGrant } from "../../src/engine/probe.ts";
import type { RunSource } from "../../src/engine/ports/workspaces.ts";
import { newWorld } from "../domain/world.ts";

test("what is tried outside a run is bounded by the day's budget and by the rules about models", () => {
  const config = ProjectConfig.parse({
    budget: { usd: 1, day: { usd: 5, tokens: 1000, minutes: 3 } },
    models: { families: ["anthropic"] },
  });
  const { state } = newWorld({ config });
  const source: RunSource = {
    run: RunId.parse("r-abcdefgh"),
    project: "/project",
    base: state.base,
    policy: state.policy,
  };
  expect(probeGrant(source, "alto")).toMatchObject({
    policy: { families: ["anthropic"] },
    budget: { run: {}, day: { usd: 5, tokens: 1000 } },
  });
});
