/** A reviewer that is a model asked directly, behind the gateway: metered, bounded, and judged by what served it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createDaemon, jsonOf } from "../fixtures/daemon.ts";
import {
  type ModelServer,
  type ModelServerOptions,
  startModelServer,
} from "../fixtures/model-server/server.ts";
import { createProject, DUET, type Project } from "../fixtures/project.ts";

const KEY = "key-of-the-house";
const MODEL = "house-1";
const NOTHING_FOUND = { json: { findings_json: { summary: "", findings: [] } } };
const RUN = ["run", "Make sum([]) return 0", "--workflow", "quick", "--wait", "--json"] as const;

/** The project's reviewer `ivy` asks the user's own provider. */
const withIvy = (server: ModelServer, more: Readonly<Record<string, unknown>> = {}): Project => {
  const project = createProject({
    agents: { alto: DUET.alto },
    checks: { there: { run: "test -e sum.test.mjs", timeout: "30s" } },
    roles: { author: "alto", planner: "alto", reviewer: ["ivy"] },
  });
  const file = ".tutti/config.yaml";
  const config = JSON.parse(readFileSync(join(project.root, file), "utf8"));
  const ivy = { api: "house", model: MODEL, family: "openai" };
  const text = JSON.stringify({ ...config, agents: { ...config.agents, ivy }, ...more });
  project.commit({ [file]: text }, "a reviewer without hands");
  const models = { [MODEL]: { family: "openai", usd: { input: 2, output: 8 } } };
  const house = { dialect: "openai-compatible", url: server.url, key: "HOUSE_KEY", models };
  const folder = join(project.folder, "config/tutti");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.yaml"), JSON.stringify({ providers: { house } }));
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
  using project = withIvy(server, { budget: { tokens: 1000 } });
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const asked = await daemon.tutti(RUN);
  const { run, attention } = jsonOf(asked);
  expect([asked.code, attention[0].kind, server.requests.length]).toEqual([3, "budget", 0]);
  expect(attention[0].asks).toContain("of 1000 tokens");
  const raise = ["budget", "raise", run, "--tokens", "1000000", "--wait", "--json"];
  const merged = jsonOf(await daemon.tutti(raise));
  expect([merged.outcome, merged.usage.budget.run]).toEqual(["merged", { tokens: 1_000_000 }]);
});

it("an answer of another shape is handed back once, and then reported", async () => {
  await using server = await serve({ handler: () => [{ text: "Looks good to me." }] });
  using project = withIvy(server);
  await using daemon = createDaemon(project, { env: { HOUSE_KEY: KEY } });
  const { run, attention } = jsonOf(await daemon.tutti(RUN));
  expect(attention[0]).toMatchObject({ step: "rival-review", kind: "failed-gate" });
  expect(attention[0].details.join("\n")).toContain("findings.json is missing");
  // Two tries of the reviewer, each with one repair.
  expect(server.requests).toHaveLength(4);
  const transcript = (await daemon.tutti(["show", run, "--transcript"])).stdout;
  expect(transcript).toContain("The answer has another shape");
});

it("a missing key is said before anything is asked, with what to do", async () => {
  await using server = await serve();
  using project = withIvy(server);
  await using daemon = createDaemon(project);
  const { attention } = jsonOf(await daemon.tutti(RUN));
  expect(attention[0].details.join("\n")).toContain("provider.key-missing");
  expect(server.requests).toEqual([]);
});
