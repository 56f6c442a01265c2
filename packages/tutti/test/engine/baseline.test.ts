import type { EffectResult } from "@tutti/protocol";
import { expect, it } from "vitest";
import { createBaselines } from "../../src/engine/perform/baseline.ts";
import { commit, CONFIG } from "../domain/scene.ts";
import { newWorld } from "../domain/world.ts";

const RAN: EffectResult = {
  kind: "checks.ran",
  commit: commit("base"),
  results: [],
  proofs: [],
  guard: [],
};

it("runs of the same base and rules share one run of its checks", async () => {
  const baselines = createBaselines();
  let times = 0;
  const check = (): Promise<EffectResult> => {
    times += 1;
    return Promise.resolve(RAN);
  };
  const { state } = newWorld();
  await Promise.all([
    baselines.share(state, ["test"], check),
    baselines.share(state, ["test"], check),
  ]);
  await baselines.share(state, ["test"], check);
  expect(times).toBe(1);
});

it("another rule has a baseline of its own", async () => {
  const baselines = createBaselines();
  let times = 0;
  const check = (): Promise<EffectResult> => {
    times += 1;
    return Promise.resolve(RAN);
  };
  const other = {
    ...CONFIG,
    checks: { test: { ...Object.values(CONFIG.checks)[0], run: "make test" } },
  } as typeof CONFIG;
  await baselines.share(newWorld().state, ["test"], check);
  await baselines.share(newWorld({ config: other }).state, ["test"], check);
  expect(times).toBe(2);
});

it("what was cut off or failed is not shared with later runs", async () => {
  const baselines = createBaselines();
  const { state } = newWorld();
  const cut: EffectResult = { kind: "interrupted", reason: "stopped" };
  await expect(baselines.share(state, ["test"], () => Promise.resolve(cut))).resolves.toBe(cut);
  await expect(
    baselines.share(state, ["test"], () => Promise.reject(new Error("no disk"))),
  ).rejects.toThrow("no disk");
  await expect(baselines.share(state, ["test"], () => Promise.resolve(RAN))).resolves.toBe(RAN);
});

it("a run that waited for another one's baseline tries itself when that one is stopped", async () => {
  const baselines = createBaselines();
  const { state } = newWorld();
  const stopped = Promise.withResolvers<EffectResult>();
  const first = baselines.share(state, ["test"], () => stopped.promise);
  const second = baselines.share(state, ["test"], () => Promise.resolve(RAN));
  stopped.reject(new Error("stopped"));
  await expect(first).rejects.toThrow("stopped");
  await expect(second).resolves.toBe(RAN);
});
