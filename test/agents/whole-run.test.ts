/** Real agents through the whole of a workflow: specification, plan, build, checks, review, merge. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { Script } from "../../packages/tutti/src/agents/scripted/script.ts";
import { conduct, ended, startRun } from "../fixtures/daemon.ts";
import { playing } from "../fixtures/model-server/from-script.ts";
import type { Step } from "../fixtures/model-server/step.ts";
import { shellWrite } from "../fixtures/model-server/tool-call.ts";
import { AUTHOR } from "../fixtures/project.ts";
import { answering, createRealStage, KEY } from "./stage.ts";

const TEST = `import assert from "node:assert";
import test from "node:test";
import { sum } from "./sum.mjs";

test("sums nothing", () => assert.equal(sum([]), 0));
`;
const SUM = "export const sum = (values) => values.reduce((total, value) => total + value, 0);\n";

const plans: Script = {
  turns: [
    ...AUTHOR.turns.filter(({ step }) => step === "spec" || step === "plan"),
    {
      step: "rival-review",
      do: [
        { do: "run", command: "node --test" },
        { do: "report", file: "findings.json", json: { summary: "It holds.", findings: [] } },
      ],
    },
  ],
};

/** Everything that an agent could read inside: its own environment and that of each process. */
const LOOK_FOR_KEYS = "env; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; true";

/** In the first attempt the provider refuses once and breaks off once. */
const build = (outside: string, isFirst: boolean): readonly Step[] => [
  ...(isFirst ? [{ error: 429, times: 1 } as const] : []),
  // Agents want to read a file with their own tool before they write over it.
  { shell: shellWrite({ path: "sum.mjs", text: SUM }) },
  ...(isFirst ? [{ cut: true, times: 1 } as const] : []),
  { write: { path: "empty.test.mjs", text: TEST } },
  { shell: "node --test --test-reporter=tap" },
  { shell: LOOK_FOR_KEYS },
  { shell: `echo escaped > ${outside}` },
  { text: "Done." },
];

const EVENTS_MAX = 200;

const files = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

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
      const script = playing(plans);
      return (turn) =>
        /^Tutti step: build/mu.test(turn.prompt)
          ? build(join(project().folder, "escaped.txt"), turn.prompt.includes("(attempt 1)"))
          : script(turn);
    },
  });
  const { daemon, project, models } = stage;
  const { client } = daemon;
  const run = await startRun(client, project);
  const { state, attention } = await conduct(client, run, answering("allow"));
  expect({ state, attention }).toEqual({ state: "merged", attention: [] });
  expect(project.git("show", "main:sum.mjs")).toBe(SUM.trim());
  await ended(client, run);

  expect(existsSync(join(project.folder, "escaped.txt"))).toBe(false);
  const looked = models.requests.filter(({ body }) =>
    JSON.stringify(body).includes("TUTTI_ARTIFACTS="),
  );
  expect(looked.length).toBeGreaterThan(0);
  expect(models.requests.filter(({ body }) => JSON.stringify(body).includes(KEY))).toEqual([]);
  for (const folder of [daemon.data, project.root])
    for (const file of files(folder))
      expect([file, readFileSync(file).includes(KEY)]).toEqual([file, false]);

  // Who wrote and who judged follows from the models that answered, and all of it has its price.
  const turns = (await client.eventsOf(run, { after: 0, limit: EVENTS_MAX })).flatMap(({ body }) =>
    body.type === "turn.ended" ? [body] : [],
  );
  const who = (step: string) =>
    turns
      .filter((turn) => turn.step.startsWith(step))
      .map(({ agent, lineage, served }) => ({
        agent,
        lineage,
        families: [...new Set(served.map((model) => model.family))],
      }))
      .at(-1);
  expect(who("build")).toEqual({ agent: author, lineage: "metered", families: [family] });
  expect(who("rival-review")).toEqual({ agent: reviewer, lineage: "metered", families: [rival] });
  expect(costs(daemon.data, run)).toEqual({
    [author]: expect.any(Number),
    [reviewer]: expect.any(Number),
  });
});
