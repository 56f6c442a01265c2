/** One turn, over a real store, with the scripted agent on its streams. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EffectResult, ProjectConfig } from "@tutti/protocol";
import { expect, it } from "vitest";
import { createStage } from "../../../../test/conformance/agents/rig.ts";
import { echoGateway } from "../../../../test/conformance/agents/lease.ts";
import { acpAgents } from "../../src/agents/acp/agents.ts";
import { createLogins } from "../../src/agents/acp/logins.ts";
import { catalogEntry } from "../../src/agents/catalog/catalog.ts";
import { scriptedAgentProgram } from "../../src/agents/scripted/program.ts";
import type { Script } from "../../src/agents/scripted/script.ts";
import { runSession } from "../../src/engine/perform/session.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { openProjectAnswers } from "../../src/store/project-answers.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { createSandbox } from "../../src/workspace/sandbox/sandbox.ts";
import { playTo } from "../domain/play.ts";
import { CONFIG } from "../domain/scene.ts";
import { newWorld, settle } from "../domain/world.ts";

const PROGRAM = scriptedAgentProgram();
const ASKED_MS = 2500;
/** Each starts a process, maybe beside much other work. */
const TIMEOUT_MS = 60_000;

const marked = (words: string): string => `Tutti step: spec (attempt 1${words})\nDo the work.`;

const answer = (): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve("allow"), ASKED_MS);
  });

/** One turn of the planner, by the script, with `spec.md` to be produced. */
const take = async (
  script: Script,
  {
    config = {},
    remembered,
    isInterrupted = false,
  }: { config?: Partial<ProjectConfig>; remembered?: string; isInterrupted?: boolean } = {},
) => {
  await using stage = createStage("none", []);
  const { place, scripts } = stage;
  const file = join(scripts, "script.json");
  writeFileSync(file, JSON.stringify(script));
  const command = [process.execPath, PROGRAM.file, file];
  const alto = { ...CONFIG.agents["alto"], command, credentials: "inside" };
  const world = newWorld({
    config: ProjectConfig.parse({ ...CONFIG, ...config, agents: { ...CONFIG.agents, alto } }),
  });
  const effect = playTo(world, "agent.turn");
  const store = openSqliteStore(join(scripts, "store"));
  const sandbox = createSandbox({ dataFolder: scripts });
  const logins = createLogins(join(scripts, "logins"));
  const supplies = { catalog: catalogEntry, logins, gateway: echoGateway() };
  const rules = {
    prompt: () => marked(""),
    repairPrompt: () => marked(", repair"),
    messagePrompt: (_input: unknown, messages: readonly string[]) =>
      `${marked("")}\nsaid: ${messages.length}`,
  };
  const listeners = new Set<(events: readonly unknown[]) => void>();
  const interrupt = (): void => {
    const body = { type: "turn.messaged", step: "spec", interrupts: true, message: "M1" };
    for (const listener of listeners) listener([{ run: world.state.id, body }]);
  };
  const answers = openProjectAnswers(scripts);
  if (remembered !== undefined)
    writeFileSync(join(scripts, `${world.state.project.id}.json`), remembered);
  const result: EffectResult = await runSession(
    {
      deps: {
        agents: acpAgents({ sandbox, clock: systemClock, ...supplies }),
        clock: systemClock,
        store,
        rules,
        answers,
        log: () => undefined,
      },
      effect,
      payload: effect.payload,
      state: world.state,
      ask: isInterrupted ? () => (interrupt(), Promise.resolve("allow")) : answer,
      give: () => Promise.resolve([]),
      signal: new AbortController().signal,
      taken: { store, now: world.now, document: () => world.state },
      subscribe: (listener: (events: readonly unknown[]) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    } as never,
    { input: {}, place, produces: ["spec.md"], session: "spec/1" } as never,
  );
  const { entries } = store.transcript.read("spec/1", 0, 100);
  await store.close();
  settle(world, effect, result);
  return { result, turn: world.state.turns[0], entries };
};

const told = { do: "usage", inputTokens: 100, outputTokens: 20, costUsd: 0.25 } as const;

it(
  "what the first prompt took is kept when the repair of its artifacts fails",
  { timeout: TIMEOUT_MS },
  async () => {
    const { result, turn } = await take({
      turns: [{ repair: false, do: [told] }, { do: [told, { do: "refuse", message: "no" }] }],
    });
    const usage = { inputTokens: 100, outputTokens: 20, costUsd: 0.5 };
    expect(result).toMatchObject({ kind: "failed", usage });
    expect(turn).toMatchObject({ lineage: "reported", reported: usage });
  },
);

it(
  "a turn that its budget of minutes ends keeps what it took",
  { timeout: TIMEOUT_MS },
  async () => {
    const budget = { minutes: 0.05 };
    const { result, turn } = await take(
      { turns: [{ do: [told, { do: "stream", text: "x", updates: 1000, everyMs: 20 }] }] },
      { config: { budget } },
    );
    expect(result).toMatchObject({ kind: "failed", failure: { code: "budget.exceeded" } });
    expect(turn).toMatchObject({ lineage: "reported", reported: { costUsd: 0.25 } });
    expect(turn?.durationMs).toBeGreaterThanOrEqual(2900);
  },
);

it("the time in which a person is asked is not the agent's", { timeout: TIMEOUT_MS }, async () => {
  const { result, turn } = await take({
    turns: [{ do: [{ do: "ask", title: "Remove the build folder" }] }],
  });
  expect(result).toMatchObject({ kind: "turn.ended", durationMs: turn?.durationMs });
  expect(turn?.durationMs).toBeLessThan(ASKED_MS);
});

it(
  "a person is asked where what was answered before cannot be read, and the transcript says why",
  { timeout: TIMEOUT_MS },
  async () => {
    const { entries } = await take(
      { turns: [{ do: [{ do: "ask", title: "Remove the build folder" }] }] },
      { remembered: "[{]" },
    );
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: "permission", answer: "Allow" }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind: "note",
        text: expect.stringMatching(/\.json .* delete it/u),
      }),
    );
  },
);

it(
  "an agent that was interrupted by what is taken back goes on, and is not judged by half of its work",
  { timeout: TIMEOUT_MS },
  async () => {
    const { result, entries } = await take(
      {
        turns: [
          { prompt: "said: 0", do: [] },
          { repair: true, do: [] },
          {
            do: [
              { do: "ask", title: "Go on?" },
              { do: "stream", text: "x", updates: 6000, everyMs: 20 },
            ],
          },
        ],
      },
      { isInterrupted: true },
    );
    expect(result).toMatchObject({ kind: "turn.ended", stopReason: "end_turn" });
    const ends = entries.flatMap((entry) => (entry.kind === "ended" ? [entry.reason] : []));
    expect(ends.slice(0, 2)).toEqual(["cancelled", "end_turn"]);
    expect(ends).toHaveLength(3);
  },
);
