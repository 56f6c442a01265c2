/** Real agents through the whole of a workflow: specification, plan, build, checks, review, merge. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { layoutOf } from "../../packages/tutti/src/workspace/layout.ts";
import { type Answer, conduct, ended, startRun } from "../fixtures/daemon.ts";
import { filesWith, holds } from "../fixtures/kept-bytes.ts";
import { playing } from "../fixtures/model-server/from-script.ts";
import type { Step } from "../fixtures/model-server/step.ts";
import type { Project } from "../fixtures/project.ts";
import { answering, createRealStage, KEY, servedBy } from "./stage.ts";
import { PLANS, PROOF, REWRITE, SUM } from "./sum-task.ts";

/** Everything that an agent could read inside: its own environment and that of each process. */
const LOOK_FOR_KEYS = "env; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; true";

/** Variables in which each agent gets the token of its session. */
const TOKENS = {
  "claude-code": "ANTHROPIC_API_KEY",
  codex: "TUTTI_MODEL_TOKEN",
  gemini: "GEMINI_API_KEY",
} as const;

/** In the first attempt the provider refuses once and breaks off once. */
const build = (outside: string, isFirst: boolean): readonly Step[] => [
  ...(isFirst ? [{ error: 429, times: 1 } as const] : []),
  REWRITE,
  ...(isFirst ? [{ cut: true, times: 1 } as const] : []),
  ...PROOF,
  { shell: LOOK_FOR_KEYS },
  { shell: `echo escaped > ${outside}` },
  { text: "Done." },
];

const EVENTS_MAX = 200;

/** Leaves the merge open, so that the workspace and the agents' homes can be looked at. */
const allowAllButTheMerge: Answer = (item) =>
  item.step === "approve-merge" ? null : answering("allow")(item);

/** What each agent keeps in its home, by which it shows that the home is still there. */
const HOME_FILES = {
  "claude-code": ".claude.json",
  codex: ".codex/config.toml",
  gemini: ".gemini/settings.json",
} as const;

/** A key that nothing hides is found by the same search, wherever it lies and however it is spelled. */
const expectSearchFinds = (places: readonly string[], { folder }: Project): void => {
  const planted = places.map((place) => join(place, "planted.txt"));
  for (const path of planted) writeFileSync(path, Buffer.from(`xx${KEY}`).toString("base64"));
  expect(filesWith(folder, KEY).toSorted()).toEqual(planted.toSorted());
  for (const path of planted) rmSync(path);
};

/** US dollars by agent, as the store has them. */
const costs = (data: string, run: string): Readonly<Record<string, unknown>> => {
  using store = new DatabaseSync(join(data, "tutti.db"), { readOnly: true });
  const rows = store
    .prepare(
      "SELECT agent, SUM(cost_usd) AS usd FROM model_requests WHERE run = ? GROUP BY agent HAVING usd > 0",
    )
    .all(run);
  return Object.fromEntries(rows.map(({ agent, usd }) => [String(agent), usd]));
};

it.for([
  ["claude-code", "codex", "anthropic", "openai"],
  ["codex", "claude-code", "openai", "anthropic"],
  ["gemini", "claude-code", "google", "anthropic"],
] as const)("%s writes and %s reviews", async ([author, reviewer, family, rival]) => {
  await using stage = await createRealStage({
    author,
    reviewer,
    handler: (project) => {
      const script = playing(PLANS);
      return (turn) =>
        /^Tutti step: build/mu.test(turn.prompt)
          ? build(join(project().folder, "escaped.txt"), turn.prompt.includes("(attempt 1)"))
          : script(turn);
    },
  });
  const { daemon, project, models } = stage;
  const { client } = daemon;
  const run = await startRun(client, project);
  const waiting = await conduct(client, run, allowAllButTheMerge);
  const asked = waiting.attention.filter(({ kind }) => kind !== "egress");
  expect(asked.map(({ step, asks, details }) => ({ step, asks, details }))).toMatchObject([
    { step: "approve-merge" },
  ]);
  const { tree, home, artifacts } = layoutOf(daemon.data).run(run);
  expect(readFileSync(join(tree, "sum.mjs"), "utf8")).toBe(SUM);
  expect(existsSync(join(home, HOME_FILES[author]))).toBe(true);
  expectSearchFinds([tree, home, artifacts, daemon.data, project.root], project);
  expect(filesWith(project.folder, KEY)).toEqual([]);

  const { state, attention } = await conduct(client, run, answering("allow"));
  expect({ state, attention }).toEqual({ state: "merged", attention: [] });
  expect(project.git("show", "main:sum.mjs")).toBe(SUM.trim());
  await ended(client, run);
  expect(filesWith(project.folder, KEY)).toEqual([]);

  expect(existsSync(join(project.folder, "escaped.txt"))).toBe(false);
  const bodies = models.requests.map(({ body }) => JSON.stringify(body));
  // It did look: it saw its own environment, and that of a process which has what stands for a key.
  for (const seen of ["TUTTI_ARTIFACTS=", `${TOKENS[author]}=`])
    expect(bodies.some((body) => body.includes(seen))).toBe(true);
  expect(bodies.filter((body) => holds(body, KEY))).toEqual([]);

  // Who wrote and who judged follows from the models that answered, and all of it has its price.
  const events = await client.eventsOf(run, { after: 0, limit: EVENTS_MAX });
  expect(servedBy(events, "build")).toEqual({
    agent: author,
    lineage: "metered",
    families: [family],
  });
  expect(servedBy(events, "rival-review")).toEqual({
    agent: reviewer,
    lineage: "metered",
    families: [rival],
  });
  expect(costs(daemon.data, run)).toEqual({
    [author]: expect.any(Number),
    [reviewer]: expect.any(Number),
  });
});
