/**
 * What every agent behind an adapter must do, scripted or real, whatever the place: run against each
 * of them. The script is the scripted agent's own, or played by the model of a real one.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Action, Script } from "../../../packages/tutti/src/agents/scripted/script.ts";
import type { AgentEvent } from "../../../packages/tutti/src/engine/ports/agents.ts";
import { TOOL_SERVER } from "./mcp.ts";
import type { Answers, OpenOptions, Rig } from "./rig.ts";
import { codeOf, doing, PROMPT, rigTest, textOf, turn } from "./rig.ts";

/** Says yes to whatever the agent asks: real ones ask before they write and run. */
const yes: Answers = ({ options }) =>
  options.find(({ kind }) => kind === "allow_once")?.id ?? options[0]?.id ?? null;

const work = async (rig: Rig, script: Script, options: OpenOptions = {}): Promise<AgentEvent[]> => {
  await using session = await rig.session(script, options);
  return await turn(session, PROMPT, { answers: yes });
};

/** Denies what names this, and allows the rest. */
const denying =
  (name: string, asked: string[]): Answers =>
  (permission) => {
    asked.push(permission.title);
    if (!permission.title.includes(name)) return yes(permission);
    return permission.options.find(({ kind }) => kind === "reject_once")?.id ?? null;
  };

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended with one that was killed before
  }
};

/** Kills the agent in the middle of the turn, once it waits for its model. */
const killed = async (rig: Rig, script: Script) => {
  const opened = await rig.open(script);
  if (opened.kind === "failed") throw new Error(opened.failure.message);
  await using session = opened.session;
  const killAll = async (): Promise<void> => {
    await rig.hangs();
    for (const one of rig.leftovers()) kill(Number.parseInt(one, 10));
  };
  const events = await turn(session, PROMPT, { answers: yes, onTool: () => void killAll() });
  expect(codeOf(events)).toBe("agent.died");
  return opened.conversation;
};

const SECOND_PROMPT = PROMPT.replace("attempt 1", "attempt 2");

export const describeWork = (name: string, makeRig: () => Promise<Rig>): void => {
  const it = rigTest(makeRig);

  describe(`${name}: work`, () => {
    it("does the work in the work tree and leaves artifacts in their folder", async ({ rig }) => {
      await work(
        rig,
        doing(
          { do: "write", path: "a.txt", content: "one\n" },
          { do: "append", path: "a.txt", content: "two\n" },
          { do: "run", command: "sed -i s/two/2/ a.txt" },
          { do: "run", command: "cat a.txt > seen-by-shell.txt" },
          { do: "rename", from: "a.txt", to: "b.txt" },
          { do: "report", file: "spec.md", text: "# Spec" },
          { do: "report", file: "contract.yaml", json: { requirements: [] } },
        ),
      );
      expect(readFileSync(join(rig.place.root, "b.txt"), "utf8")).toBe("one\n2\n");
      expect(readFileSync(join(rig.place.root, "seen-by-shell.txt"), "utf8")).toBe("one\n2\n");
      expect(existsSync(join(rig.place.root, "a.txt"))).toBe(false);
      expect(readFileSync(join(rig.place.artifacts, "spec.md"), "utf8")).toBe("# Spec");
      expect(JSON.parse(readFileSync(join(rig.place.artifacts, "contract.yaml"), "utf8"))).toEqual({
        requirements: [],
      });
    });

    it("gives the agent its own environment and none of Tutti's", async ({ rig }) => {
      await work(
        rig,
        doing({ do: "run", command: 'echo "$COLOUR|$TUTTI_STEP|$VITEST" > seen.txt' }),
        { agent: { env: { COLOUR: "blue", TUTTI_STEP: "build" } } },
      );
      expect(readFileSync(join(rig.place.root, "seen.txt"), "utf8")).toBe("blue|build|\n");
    });

    it("continues the same session with a second prompt", async ({ rig }) => {
      const script: Script = {
        turns: [
          { nth: 1, do: [{ do: "say", text: "first" }] },
          { nth: 2, do: [{ do: "say", text: "second" }] },
        ],
      };
      await using session = await rig.session(script);
      expect(textOf(await turn(session, PROMPT))).toContain("first");
      expect(textOf(await turn(session, `${PROMPT}\nGo on.`))).toContain("second");
    });

    it("keeps the session when a turn is cancelled in the middle of what it says", async ({
      rig,
    }) => {
      const words: Action = { do: "stream", text: "word ", updates: 2000, everyMs: 50 };
      await using session = await rig.session({
        turns: [{ prompt: "Again", do: [{ do: "say", text: "back" }] }, { do: [words] }],
      });
      const stop = new AbortController();
      const events = await turn(session, PROMPT, {
        signal: stop.signal,
        onText: () => stop.abort(),
      });
      expect(codeOf(events)).toBe("ended: cancelled");
      expect(textOf(await turn(session, `${PROMPT}\nAgain.`))).toContain("back");
    });

    it("does not do what a person denies; one that never asks does it unasked", async ({ rig }) => {
      const command = "touch denied.txt";
      const asked: string[] = [];
      await using session = await rig.session(
        doing(
          { do: "ask", title: command, command, allow: [{ do: "run", command }] },
          { do: "write", path: "done.txt", content: "done\n" },
        ),
      );
      await turn(session, PROMPT, { answers: denying("denied.txt", asked) });
      if (rig.entry?.quirks.asks === "never") expect(asked).toEqual([]);
      else expect(asked.some((title) => title.includes("denied.txt"))).toBe(true);
      expect(existsSync(join(rig.place.root, "denied.txt"))).toBe(asked.length === 0);
    });

    it("thinks in the mode, with the model and with the effort that are asked for", async ({
      rig,
    }) => {
      const { script, agent, expected } = rig.thinking;
      const events = await work(rig, script, { agent });
      expect(rig.thought(events)).toEqual(expected);
    });

    it("uses a tool of an MCP server, which runs inside, and is told its answer", async ({
      rig,
    }) => {
      const program = join(rig.scripts, "server.mjs");
      writeFileSync(program, TOOL_SERVER);
      const called = join(rig.place.root, "called.json");
      const mcp = {
        tools: { command: [process.execPath, program], env: { CALLED: called, COLOUR: "blue" } },
      };
      const script = doing(rig.call("tune", { note: "A flat" }));
      const events = await work(rig, script, { spec: { mcp } });
      expect(JSON.parse(readFileSync(called, "utf8"))).toEqual({
        arguments: { note: "A flat" },
        colour: "blue",
      });
      expect(rig.told(events)).toContain("tuned to A flat");
    });

    it("goes on with the same session after it was killed, once that has the age that it needs", async ({
      rig,
    }) => {
      const script: Script = {
        continues: "load",
        turns: [
          { attempt: 1, do: [{ do: "run", command: "touch begun.txt" }, { do: "hang" }] },
          { do: [{ do: "write", path: "done.txt", content: "done\n" }] },
        ],
      };
      const earlier = await killed(rig, script);
      const load = rig.entry?.quirks.load;
      const aheadMs = load?.kind === "after" ? load.ageMs : 0;
      const again = await rig.open(script, { aheadMs, spec: { earlier: earlier ?? null } });
      if (again.kind === "failed") throw new Error(again.failure.message);
      expect(again.conversation).toEqual({ ...earlier, isContinued: true });
      await using session = again.session;
      const events = await turn(session, SECOND_PROMPT, { answers: yes });
      expect(readFileSync(join(rig.place.root, "done.txt"), "utf8")).toBe("done\n");
      // A scripted agent has no model that remembers.
      if (rig.entry !== null) expect(rig.told(events)).toContain("build (attempt 1)");
    });
  });
};
