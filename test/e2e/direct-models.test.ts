/** A reviewer that is a model asked directly, behind the gateway: metered, bounded, and judged by what served it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ProviderDialect } from "@tutti/protocol";
import type { Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import {
  conduct,
  createDaemon,
  type Daemon,
  jsonOf,
  proceed,
  startRun,
} from "../fixtures/daemon.ts";
import type { DialectName } from "../fixtures/model-server/conversation.ts";
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from "../fixtures/model-server/server.ts";
import type { Step } from "../fixtures/model-server/step.ts";
import { createProject, DUET, type Project } from "../fixtures/project.ts";

const KEY = "key-of-the-house";
const MODEL = "house-1";
/** How a provider of each dialect is asked. */
const WIRE: Readonly<Record<ProviderDialect, DialectName>> = {
  anthropic: "anthropic",
  openai: "openai-responses",
  google: "google",
  "openai-compatible": "openai-chat",
};
const NOTHING_FOUND = { json: { findings_json: { summary: "", findings: [] } } };
const RUN = ["run", "Make sum([]) return 0", "--workflow", "quick", "--wait", "--json"] as const;

type Scene = {
  readonly dialect?: ProviderDialect;
  readonly author?: Script;
  /** More keys of the project's file. */
  readonly config?: Readonly<Record<string, unknown>>;
};

/** The project's reviewer `ivy` asks the user's own provider. */
const withIvy = (server: ModelServer, scene: Scene = {}): Project => {
  const { dialect = "openai-compatible", author = DUET.alto.script, config: more = {} } = scene;
  const project = createProject({
    agents: { alto: { family: "anthropic", script: author } },
    checks: { there: { run: "test -e sum.test.mjs", timeout: "30s" } },
    roles: { author: "alto", planner: "alto", reviewer: ["ivy"] },
  });
  const file = ".tutti/config.yaml";
  const config = JSON.parse(readFileSync(join(project.root, file), "utf8"));
  const ivy = { api: "house", model: MODEL, family: "openai" };
  const text = JSON.stringify({ ...config, agents: { ...config.agents, ivy }, ...more });
  project.commit({ [file]: text }, "a reviewer without hands");
  const models = { [MODEL]: { family: "openai", usd: { input: 2, output: 8 } } };
  const house = { dialect, url: server.url, key: "HOUSE_KEY", models };
  project.configure({ providers: { house } });
  return project;
};

const serve = (options: ModelServerOptions = {}): Promise<ModelServer> =>
  startModelServer({ key: KEY, handler: () => [NOTHING_FOUND], ...options });

it("a model that is asked directly reviews, and its served family, tokens and cost are on the record", async () => {
  await using server = await serve();
  using project = withIvy(server);
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const merged = await daemon.tutti(RUN);
  const view = jsonOf(merged);
  expect([merged.code, view.outcome, view.attention]).toEqual([0, "merged", []]);
  expect(view.families.lineage.reviewers).toEqual([
    { name: "ivy", family: "openai", lineage: "metered", models: [MODEL] },
  ]);
  expect(view.usage.metered).toMatchObject({ requests: 1, unpriced: 0, outputTokens: 50 });
  expect(view.usage.metered.costUsd).toBeGreaterThan(0);
  const usage = jsonOf(await daemon.tutti(["usage", view.run, "--by", "family", "--json"]));
  expect(usage.rows).toMatchObject([{ key: "openai", totals: { requests: 1 } }]);
  const page = (await daemon.tutti(["show", view.run])).stdout;
  expect(page).toContain(`judged by ivy (openai, metered): ${MODEL}`);
  expect(server.requests.map(({ key }) => key)).toEqual([KEY]);
});

it("a reviewer that the author's family turns out to have served does not count", async () => {
  await using server = await serve({ served: () => "claude-sonnet-4-5" });
  using project = withIvy(server);
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const asked = await daemon.tutti(RUN);
  const { run, attention } = jsonOf(asked);
  expect([asked.code, attention[0].kind]).toEqual([3, "degraded"]);
  expect(attention[0].why).toContain("ivy (claude-sonnet-4-5 of anthropic, metered)");
  const words = ["approve", run, "--degraded", "-m", "it is small", "--wait", "--json"];
  const merged = jsonOf(await daemon.tutti(words));
  expect([merged.outcome, merged.degraded.length]).toEqual(["merged", 1]);
  expect(server.requests).toHaveLength(1);
});

it("a budget stops the run before it is exceeded, and a raised one lets it go on", async () => {
  await using server = await serve();
  using project = withIvy(server, { config: { budget: { tokens: 1000 } } });
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const asked = await daemon.tutti(RUN);
  const { run, attention } = jsonOf(asked);
  expect([asked.code, attention[0].kind, server.requests.length]).toEqual([3, "budget", 0]);
  expect(attention[0].asks).toContain("of 1000 tokens");
  const raise = ["budget", "raise", run, "--tokens", "1000000", "--wait", "--json"];
  const merged = jsonOf(await daemon.tutti(raise));
  expect([merged.outcome, merged.usage.budget.run]).toEqual(["merged", { tokens: 1_000_000 }]);
});

it.each(["anthropic", "openai", "google", "openai-compatible"] as const)(
  "an answer of another shape is handed back once in each try, and then reported (%s)",
  async (dialect) => {
    await using server = await serve({ handler: () => [{ text: "Looks good to me." }] });
    using project = withIvy(server, { dialect });
    await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
    const { run, attention } = jsonOf(await daemon.tutti(RUN));
    expect(attention[0]).toMatchObject({ step: "rival-review", kind: "failed-gate" });
    expect(attention[0].details.join("\n")).toContain("findings.json is missing");
    // Two tries of the reviewer, each with one repair that goes on in the same conversation.
    const repairs = server.requests.map(({ body }) =>
      JSON.stringify(body).includes("Looks good to me."),
    );
    expect(repairs).toEqual([false, true, false, true]);
    const spoken = new Set(server.requests.map((request) => request.dialect));
    expect([...spoken]).toEqual([WIRE[dialect]]);
    const transcript = (await daemon.tutti(["show", run, "--transcript"])).stdout;
    expect(transcript).toContain("The answer has another shape");
  },
);

it("what a turn has taken so far is told while its next request hangs", async () => {
  let asked = 0;
  const handler = (): readonly Step[] => {
    asked += 1;
    return asked === 1 ? [{ text: "Looks good to me." }] : [{ hang: true }];
  };
  await using server = await serve({ handler });
  using project = withIvy(server);
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const run = await startRun(daemon.client, project, { workflow: "quick" });
  const second = await server.request(() => asked === 2);
  // A request is on the record within moments of its end, and no event tells of it.
  const recorded = async () => (await daemon.client.usage({ run, by: "step" })).rows[0] ?? null;
  while ((await recorded()) === null);
  const told = jsonOf(await daemon.tutti(["usage", run, "--json"]));
  expect(told.rows).toMatchObject([
    { key: "rival-review", totals: { requests: 1, errors: 0, outputTokens: 50 } },
  ]);
  const { state, usage } = await daemon.client.run(run);
  expect([state, usage.metered.requests]).toEqual(["working", 1]);
  expect(usage.metered.costUsd).toBeGreaterThan(0);
  await daemon.tutti(["cancel", run, "-m", "seen enough"]);
  expect(await second.aborted).toBe(true);
});

it("a change of more than a model is shown is refused to it before anything is asked", async () => {
  await using server = await serve();
  const line = `${"x".repeat(99)}\n`;
  const write = { do: "write" as const, path: "long.txt", content: line.repeat(1001) };
  using project = withIvy(server, {
    author: { name: "alto", turns: [{ step: "implement", do: [write] }] },
  });
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const asked = await daemon.tutti(RUN);
  const { run, attention, usage } = jsonOf(asked);
  expect([asked.code, attention[0].step]).toEqual([3, "rival-review"]);
  const details = attention[0].details.join("\n");
  expect(details).toContain("review.too-large");
  expect(details).toMatch(/The change has 1\d{5} bytes of diff; ivy asks a model directly/u);
  expect([server.requests, usage.metered.requests]).toEqual([[], 0]);
  const words = ["waive", run, "rival-review", "-m", "generated text", "--wait", "--json"];
  expect(jsonOf(await daemon.tutti(words)).outcome).toBe("merged");
});

it("a missing key is said before anything is asked, with what to do", async () => {
  await using server = await serve();
  using project = withIvy(server);
  await using daemon = createDaemon(project);
  const { attention } = jsonOf(await daemon.tutti(RUN));
  expect(attention[0].details.join("\n")).toContain("provider.key-missing");
  expect(server.requests).toEqual([]);
});

const SMALL = { title: "Sum nothing", size: "none", isDefect: true, reason: "One line says it." };

it.each(["anthropic", "openai", "google", "openai-compatible"] as const)(
  "a model says how big a task is and what to call it, after one repair of its shape (%s)",
  async (dialect) => {
    await using server = await serve({
      handler: ({ prompt }) =>
        prompt.includes("does not have the shape")
          ? [{ json: { advice_json: SMALL } }]
          : [{ text: "A small one, I think." }],
    });
    using project = withIvy(server, { dialect });
    await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
    const advised = await daemon.tutti(["advise", "Make sum([]) return 0", "--json"]);
    expect([advised.code, jsonOf(advised)]).toEqual([
      0,
      { ...SMALL, workflow: "quick", agent: "ivy", family: "openai" },
    ]);
    expect(server.requests).toHaveLength(2);
    expect(server.requests.map(({ key }) => key)).toEqual([KEY, KEY]);
    // It advises and starts nothing.
    expect((await daemon.client.runs()).items).toEqual([]);
  },
);

it("advice in a shape that nobody can use is reported, and so is a project without a model to ask", async () => {
  await using server = await serve({ handler: () => [{ text: "It depends." }] });
  using project = withIvy(server);
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const asked = jsonOf(await daemon.tutti(["advise", "Make sum([]) return 0", "--json"]));
  expect([asked.error.code, server.requests.length]).toEqual(["advice.unreadable", 2]);
  const other = ["advise", "Make sum([]) return 0", "--agent", "alto", "--json"];
  expect(jsonOf(await daemon.tutti(other)).error.code).toBe("adviser.none");
});

/** The project's `ivy` has no part in a run: she can be asked. */
const withAdviser = (server: ModelServer, more: Scene["config"] = {}): Project => {
  const project = createProject({ agents: DUET });
  const file = ".tutti/config.yaml";
  const config = JSON.parse(readFileSync(join(project.root, file), "utf8"));
  const ivy = { api: "house", model: MODEL, family: "google" };
  const text = JSON.stringify({ ...config, agents: { ...config.agents, ivy }, ...more });
  project.commit({ [file]: text }, "somebody to ask");
  const models = { [MODEL]: { family: "google" } };
  const house = { dialect: "openai-compatible", url: server.url, key: "HOUSE_KEY", models };
  project.configure({ providers: { house } });
  return project;
};

const waiting = async ({ client }: Daemon, project: Project) => {
  const run = await startRun(client, project);
  const before = await conduct(client, run, (item) =>
    item.step === "approve-merge" ? null : proceed(item),
  );
  return { run, before };
};

it("a second opinion is bounded by the budget of its run", async () => {
  await using server = await serve();
  using project = withAdviser(server, { budget: { tokens: 1000 } });
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const { run } = await waiting(daemon, project);
  const refused = await daemon.tutti(["opinion", run, "F1", "--json"]);
  expect([refused.code, jsonOf(refused).error.code]).toEqual([3, "budget.exceeded"]);
  expect(server.requests).toEqual([]);
});

it("a second opinion on a finding is of another family, kept as a comment, and changes no verdict", async () => {
  const opinion = { says: "refuted", reason: "Line 1 gives 0 to reduce." };
  await using server = await serve({ handler: () => [{ json: { opinion_json: opinion } }] });
  using project = withAdviser(server);
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const { client, tutti } = daemon;
  const { run, before } = await waiting(daemon, project);
  expect(before.findings).toMatchObject([{ id: "F1", verdict: "confirmed" }]);

  const missing = jsonOf(await tutti(["opinion", run, "F9", "--json"]));
  expect([missing.error.code, server.requests.length]).toEqual(["finding.unknown", 0]);
  const given = await tutti(["opinion", run, "F1", "--json"]);
  expect([given.code, jsonOf(given)]).toEqual([
    0,
    { ...opinion, finding: "F1", agent: "ivy", family: "google", isForeign: true, unkept: null },
  ]);
  const after = await client.run(run);
  expect(after.findings).toEqual(before.findings);
  expect(after.comments).toMatchObject([
    { on: "F1", text: "Second opinion of ivy (google): refuted. Line 1 gives 0 to reduce." },
  ]);
  const [asked] = server.requests;
  expect(asked?.prompt).toContain("sum([]) is not 0");
  // Who raised it is not told.
  expect(JSON.stringify(asked?.body)).not.toContain("tenor");
});
