/** Models that are asked directly, in every dialect, against a provider that plays scripts. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Budget, ProviderDialect } from "@tutti/protocol";
import { EffectId, ProjectId, RunId, StepKey } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from "../../../../test/fixtures/model-server/server.ts";
import type { Step } from "../../../../test/fixtures/model-server/step.ts";
import { apiAgents } from "../../src/agents/api/agents.ts";
import type { AgentEvent, Session, SessionSpec } from "../../src/engine/ports/agents.ts";
import { createGateway } from "../../src/gateway/gateway.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { readArtifact } from "../../src/workflows/artifacts.ts";

const DIALECTS: readonly ProviderDialect[] = ["anthropic", "openai", "google", "openai-compatible"];

const KEY = "sk-house-0123456789";

const FINDING = {
  kind: "bug",
  severity: "P1",
  claim: "sum([]) throws",
  requirements: ["R1"],
  locations: [{ path: "sum.mjs", startLine: 1, endLine: null }],
  reproduction: { files: [{ path: "t.mjs", content: "x" }], run: "node t.mjs", test: null },
};
const REVIEW = { findings_json: { summary: "One gap.", findings: [FINDING] } };

type Rig = {
  readonly server: ModelServer;
  readonly artifacts: string;
  readonly session: Session;
  readonly store: ReturnType<typeof openSqliteStore>;
  readonly ask: (text: string, signal?: AbortSignal) => Promise<AgentEvent[]>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

type RigOptions = {
  readonly dialect?: ProviderDialect;
  readonly steps?: readonly Step[];
  readonly server?: ModelServerOptions;
  readonly produces?: readonly string[];
  readonly limits?: SessionSpec["limits"];
  readonly effort?: string;
  readonly budget?: Budget;
};

const LIMITS = { turnMs: 20_000, silenceMs: 20_000 };

const openRig = async (options: RigOptions = {}): Promise<Rig> => {
  const {
    dialect = "anthropic",
    steps = [{ json: REVIEW }],
    produces = ["findings.json"],
  } = options;
  const folder = mkdtempSync(join(tmpdir(), "tutti-api-"));
  const server = await startModelServer({ handler: () => steps, ...options.server });
  const artifacts = join(folder, "artifacts");
  mkdirSync(artifacts);
  const store = openSqliteStore(join(folder, "data"));
  const providers = async () => ({ house: { dialect, url: server.url, key: "HOUSE_KEY" } });
  const gateway = createGateway({
    store,
    secrets: { get: async () => KEY },
    providers,
    clock: systemClock,
    log: () => undefined,
  });
  const agents = apiAgents({ clock: systemClock, gateway, providers });
  const caller = {
    run: RunId.parse("r-abcdef123456"),
    project: ProjectId.parse("p-0123456789abcdef"),
    step: StepKey.parse("rival-review"),
    attempt: 1,
    effect: EffectId.parse("e-abcdef123456-1"),
    agent: "ivy",
  };
  const opened = await agents.open(
    {
      name: "ivy",
      agent: {
        command: [],
        family: "openai",
        api: "house",
        model: "model-1",
        env: {},
        egress: [],
        ...(options.effort === undefined ? {} : { effort: options.effort }),
      },
      place: {
        root: folder,
        mounts: [],
        env: {},
        artifacts,
        maxBytes: 1,
        tmpBytes: 1,
        isolation: "sandbox",
      },
      owner: caller.effect,
      limits: options.limits ?? LIMITS,
      produces,
      models: {
        caller,
        policy: {
          families: [],
          models: [],
          zeroRetention: false,
          regions: [],
          serverTools: "search",
        },
        budget: { run: options.budget ?? {}, day: {} },
      },
    },
    { signal: AbortSignal.timeout(LIMITS.turnMs) },
  );
  if (opened.kind === "failed") throw new Error(opened.failure.message);
  const { session } = opened;
  return {
    server,
    session,
    artifacts,
    store,
    ask: async (text, signal = AbortSignal.timeout(LIMITS.turnMs)) => {
      const events: AgentEvent[] = [];
      for await (const event of session.prompt(text, { signal })) events.push(event);
      return events;
    },
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await store.close();
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
};

const textOf = (events: readonly AgentEvent[]): string =>
  events
    .map((event) => (event.kind === "entry" && event.entry.kind === "text" ? event.entry.text : ""))
    .join("");
const notesOf = (events: readonly AgentEvent[]): string[] =>
  events.flatMap((event) =>
    event.kind === "entry" && event.entry.kind === "note" ? [event.entry.text] : [],
  );

describe.each(DIALECTS)("a model of the dialect %s", (dialect) => {
  it("answers a review in a typed form, which becomes the artifact that any reviewer leaves", async () => {
    await using rig = await openRig({ dialect });
    const events = await rig.ask("Review this.");
    expect(events.at(-1)).toMatchObject({
      kind: "ended",
      stopReason: "end_turn",
      usage: { inputTokens: 1200, outputTokens: 50 },
    });
    expect(JSON.parse(textOf(events))).toEqual(REVIEW);
    const text = readFileSync(join(rig.artifacts, "findings.json"), "utf8");
    expect(readArtifact("findings.json", text)).toMatchObject({
      kind: "valid",
      data: {
        report: { findings: [{ claim: "sum([]) throws", reproduction: { run: "node t.mjs" } }] },
      },
    });
    const [request] = rig.server.requests;
    expect([request?.model, request?.key]).toEqual(["model-1", KEY]);
    // Where a model has no structured output, the form is a tool that it must call.
    expect(request?.tools.filter((tool) => tool !== "json")).toEqual([]);
  });

  it("is told what was wrong with an answer of another shape, in the same conversation", async () => {
    await using rig = await openRig({
      dialect,
      server: {
        handler: ({ prompt }) =>
          prompt.startsWith("Again") ? [{ json: REVIEW }] : [{ text: "It looks fine to me." }],
      },
    });
    const first = await rig.ask("Review this.");
    expect(first.at(-1)).toMatchObject({ kind: "ended" });
    expect(notesOf(first)[0]).toContain("The answer has another shape");
    expect(readdirSync(rig.artifacts)).toEqual([]);
    expect((await rig.ask("Again, in the form.")).at(-1)).toMatchObject({ kind: "ended" });
    expect(readdirSync(rig.artifacts)).toEqual(["findings.json"]);
    const said = JSON.stringify(rig.server.requests.at(-1)?.body);
    expect(said).toContain("Review this.");
    expect(said).toContain("It looks fine to me.");
  });

  it.each([
    { status: 400, retry: "never", times: 1 },
    { status: 401, retry: "never", times: 1 },
  ])("that refuses with $status is not asked again", async ({ status, retry, times }) => {
    await using rig = await openRig({ dialect, steps: [{ error: status }] });
    const [last] = (await rig.ask("Review this.")).slice(-1);
    expect(last).toMatchObject({ kind: "failed", failure: { code: "agent.refused", retry } });
    expect(last?.kind === "failed" && last.failure.message).toContain(String(status));
    expect(rig.server.requests).toHaveLength(times);
  });

  it("that is busy is asked again after a pause", async () => {
    await using rig = await openRig({
      dialect,
      steps: [{ error: 429, times: 1 }, { json: REVIEW }],
    });
    expect((await rig.ask("Review this.")).at(-1)).toMatchObject({ kind: "ended" });
    expect(rig.server.requests.map(({ status }) => status)).toEqual([429, 200]);
  });

  it.each([{ step: { cut: true } as const }, { step: { garbage: true } as const }])(
    "whose answer breaks off ($step) fails for a new attempt, and leaves nothing",
    async ({ step }) => {
      await using rig = await openRig({ dialect, steps: [step] });
      const last = (await rig.ask("Review this.")).at(-1);
      expect(last).toMatchObject({
        kind: "failed",
        failure: { code: "agent.died", retry: "new-attempt" },
      });
      expect(readdirSync(rig.artifacts)).toEqual([]);
    },
  );

  it("is metered with the model that it says served", async () => {
    await using rig = await openRig({ dialect, server: { served: () => "claude-sonnet-4-5" } });
    await rig.ask("Review this.");
    await rig.session[Symbol.asyncDispose]();
    const [row] = rig.store.meter.totals({ by: "model" });
    expect(row).toMatchObject({
      key: "claude-sonnet-4-5",
      totals: { requests: 1, inputTokens: 1000, cachedTokens: 200, outputTokens: 50 },
    });
    expect(rig.store.meter.totals({ by: "family" })[0]?.key).toBe("anthropic");
  });

  it("is not asked beyond its budget, and says which bound it was", async () => {
    await using rig = await openRig({ dialect, budget: { tokens: 10 } });
    expect((await rig.ask("Review this.")).at(-1)).toMatchObject({ kind: "failed" });
    expect(rig.session.budgetStop?.()).toMatchObject({ scope: "run", measure: "tokens" });
    expect(rig.server.requests).toEqual([]);
  });

  it("that says no more is given up when it was silent for too long", async () => {
    const limits = { turnMs: 20_000, silenceMs: 300 };
    await using rig = await openRig({ dialect, steps: [{ hang: true }], limits });
    expect((await rig.ask("Review this.")).at(-1)).toMatchObject({
      kind: "failed",
      failure: { code: "agent.silent", retry: "new-attempt" },
    });
    expect(await rig.server.requests[0]?.aborted).toBe(true);
  });

  it("is cancelled with its run, and the request with it", async () => {
    await using rig = await openRig({ dialect, steps: [{ hang: true }] });
    const cancel = new AbortController();
    const events = rig.ask("Review this.", cancel.signal);
    const request = await rig.server.request(({ dialect: spoken }) => spoken !== null);
    cancel.abort();
    expect((await events).at(-1)).toMatchObject({
      kind: "failed",
      failure: { code: "agent.stopped" },
    });
    expect(await request.aborted).toBe(true);
  });
});

describe("a model that plans", () => {
  it("answers specification and contract at once", async () => {
    const check = { kind: "test", value: "adds nothing to 0" };
    const requirement = {
      id: "R1",
      must: true,
      text: "WHEN … THE sum SHALL be 0",
      check,
      scope: [],
    };
    const answer = {
      spec_md: "# Sum\n\nOf nothing it is 0.\n",
      contract_yaml: { requirements: [requirement], non_goals: ["speed"] },
    };
    await using rig = await openRig({
      steps: [{ json: answer }],
      produces: ["spec.md", "contract.yaml"],
    });
    await rig.ask("Specify this.");
    const contract = readFileSync(join(rig.artifacts, "contract.yaml"), "utf8");
    expect(readArtifact("contract.yaml", contract)).toMatchObject({
      kind: "valid",
      data: { contract: { requirements: [{ id: "R1", check: { test: "adds nothing to 0" } }] } },
    });
    expect(readFileSync(join(rig.artifacts, "spec.md"), "utf8")).toBe(answer.spec_md);
  });

  it("is asked for no effort that the dialects do not know, and says so", async () => {
    await using rig = await openRig({
      steps: [{ json: { plan_yaml: { items: [] } } }],
      produces: ["plan.yaml"],
      effort: "heroic",
    });
    const notes = (await rig.ask("Plan this.")).flatMap((event) =>
      event.kind === "entry" && event.entry.kind === "note" ? [event.entry.text] : [],
    );
    expect(notes).toContainEqual(expect.stringContaining('no effort "heroic"'));
  });

  it("answers a plan", async () => {
    const item = { id: "P1", title: "Mend it", covers: [], scope: [], needs: [], notes: null };
    await using rig = await openRig({
      steps: [{ json: { plan_yaml: { items: [item] } } }],
      produces: ["plan.yaml"],
      effort: "high",
    });
    await rig.ask("Plan this.");
    const plan = readFileSync(join(rig.artifacts, "plan.yaml"), "utf8");
    expect(readArtifact("plan.yaml", plan)).toMatchObject({
      kind: "valid",
      data: { plan: { items: [{ id: "P1", title: "Mend it" }] } },
    });
  });
});
