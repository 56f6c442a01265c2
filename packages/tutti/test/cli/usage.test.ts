/** What models took, as people and programs are told. */
import { type EffectResult, RunId, RunView, UsageReport, type UsageTotals } from "@tutti/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { effects, servedBy } from "../domain/world.ts";
import { openHarness, type Harness } from "./harness.ts";

let h: Harness;

beforeEach(async () => {
  h = await openHarness();
});

afterEach(async () => {
  await h[Symbol.asyncDispose]();
});

const TOTALS: UsageTotals = {
  requests: 12,
  errors: 1,
  inputTokens: 34_500,
  outputTokens: 2100,
  cachedTokens: 20_000,
  cacheWriteTokens: 500,
  costUsd: 0.4215,
  unpriced: 2,
  totalMs: 60_000,
  firstByteMs: 640,
};

const started = async (): Promise<RunId> => {
  const { out } = await h.tutti(["run", "Fix the parser", "--json"]);
  return RunId.parse(JSON.parse(out).run);
};

const meter = (): void => {
  h.engine.metered.push(
    { by: null, key: "", totals: TOTALS },
    { by: "step", key: "spec", totals: TOTALS },
    { by: "family", key: "anthropic", totals: TOTALS },
    { by: "model", key: "", totals: { ...TOTALS, unpriced: 12, costUsd: 0 } },
  );
};

/** The first turn ends with what its agent says itself. */
const report = (run: RunId, lineage: Partial<EffectResult> = {}): void => {
  const state = () => {
    const document = h.engine.document(run);
    if (document === null) throw new Error("no run");
    return document;
  };
  const turn = () =>
    effects({ state: state(), events: [], now: 0, counter: 0 }).find(
      ({ payload }) => payload.kind === "agent.turn",
    );
  while (turn() === undefined) h.engine.step(run);
  const result = {
    kind: "failed",
    failure: { code: "agent.died", message: "died", retry: "new-attempt" },
    durationMs: 90_000,
    ...lineage,
  } as EffectResult;
  const command = { kind: "effect.settle", effect: turn()?.id, result };
  h.engine.apply(run, command as never, { kind: "system", part: "worker" });
};

describe("tutti usage", () => {
  it("shows a row for each step of a run, the sum, and what is not priced", async () => {
    const run = await started();
    meter();
    const { code, out } = await h.tutti(["usage", run]);
    expect(code).toBe(0);
    expect(out.split("\n")[0]).toMatch(
      /^step\s+requests\s+failed\s+tokens in\s+cached\s+out\s+cost/u,
    );
    expect(out).toMatch(/^spec\s+12\s+1\s+55k\s+20k\s+2\.1k\s+\$0\.4215 \+ 2 unpriced\s+640 ms$/mu);
    expect(out).toContain("The cost leaves 2 of 12 requests out: their models have no price.");
  });

  it("groups the requests of all runs as it is asked to", async () => {
    meter();
    expect((await h.tutti(["usage", "--by", "family"])).out).toMatch(/^anthropic\s+12/mu);
    expect((await h.tutti(["usage"])).out).toMatch(/^not known\s+12\s.*unpriced/mu);
    const { out } = await h.tutti(["usage", "--by", "family", "--since", "7d", "--json"]);
    const told = UsageReport.parse(JSON.parse(out));
    expect(told).toMatchObject({ by: "family", run: null, rows: [{ key: "anthropic" }] });
    expect(told.since).toBeGreaterThan(Date.now() - 8 * 86_400_000);
  });

  it("says so where nothing was metered", async () => {
    const run = await started();
    expect((await h.tutti(["usage", run])).out).toContain("No model request was metered.");
  });

  it.each([
    ["--since", "soon"],
    ["--by", "colour"],
  ])("refuses %s %s", async (...words) => {
    expect((await h.tutti(["usage", ...words])).code).toBe(2);
  });
});

describe("tutti run --wait on a terminal", () => {
  it("shows in the middle of a turn what it has taken so far, though no event tells of it", async () => {
    const leave = new AbortController();
    const began = Date.now();
    let isMetered = false;
    const { code, err } = await h.tutti(["run", "Fix the parser", "--wait"], {
      isTerminal: true,
      signal: leave.signal,
      onNote: (text) => {
        // Long after the events of the start: the picture is drawn again each second.
        if (Date.now() - began > 3000 && !isMetered) {
          isMetered = true;
          meter();
        }
        if (text.includes("$0.4215")) leave.abort();
      },
    });
    expect([code, err]).toEqual([130, expect.stringContaining("$0.4215 + 2 unpriced")]);
  });
});

describe("a run's page and list", () => {
  it("tell cost and tokens, by whom the run was written, and the limits that hold", async () => {
    const run = await started();
    meter();
    h.engine.settle(run);
    const { out } = await h.tutti(["show", run]);
    expect(out).toContain("metered: $0.4215 + 2 unpriced · 55k tokens in (20k cached) · 2.1k out");
    expect((await h.tutti(["tasks"])).out).toContain("$0.4215 + 2 unpriced");
    const view = RunView.parse(JSON.parse((await h.tutti(["show", run, "--json"])).out));
    expect(view.steps.find(({ id }) => id === "spec")?.usage?.requests).toBe(12);
    expect(view.usage.metered).toEqual(TOTALS);
  });

  it("keep what an agent only reports apart from what is metered", async () => {
    const run = await started();
    const usage = { inputTokens: 1000, outputTokens: 20, costUsd: null };
    report(run, {
      kind: "turn.ended",
      stopReason: "end_turn",
      artifacts: [],
      findings: null,
      problems: ["missing"],
      usage,
    });
    const { out } = await h.tutti(["show", run]);
    expect(out).toContain("reported by alto (spec): no cost · 1k tokens in · 20 out");
    const view = RunView.parse(JSON.parse((await h.tutti(["show", run, "--json"])).out));
    expect(view.usage).toMatchObject({ reported: [usage], turnsMs: 90_000 });
  });

  it("do not count twice what an agent reports of metered turns", async () => {
    const run = await started();
    report(run, servedBy(["anthropic"]));
    const view = RunView.parse(JSON.parse((await h.tutti(["show", run, "--json"])).out));
    expect(view.usage.reported).toEqual([]);
  });
});

describe("tutti budget raise", () => {
  it("lets a run take more, and shows the limit that holds then", async () => {
    const run = await started();
    const { code, out } = await h.tutti(["budget", "raise", run, "--usd", "10.5"]);
    expect([code, out]).toEqual([0, `↺ ${run} may take 10.5 usd.\n`]);
    expect((await h.tutti(["show", run])).out).toContain("budget of the run: 10.5 USD");
  });

  it.each([[], ["--usd", "none"], ["--tokens", "1.5"]])("refuses %j", async (...words) => {
    const run = await started();
    expect((await h.tutti(["budget", "raise", run, ...words])).code).toBe(2);
  });
});
