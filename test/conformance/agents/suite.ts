/** What an adapter of ACP agents must do, by a scripted agent that does whatever it is told; every-agent.ts holds for all. */
import { catalog } from "../../../packages/tutti/src/agents/catalog/catalog.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Action, Script } from "../../../packages/tutti/src/agents/scripted/script.ts";
import type { AgentEvent } from "../../../packages/tutti/src/engine/ports/agents.ts";
import { describeWork } from "./every-agent.ts";
import type { OpenOptions, Rig } from "./rig.ts";
import { codeOf, doing, entriesOf, lastOf, PROMPT, rigTest, textOf, turn } from "./rig.ts";
import { describeMisbehaviour } from "./misbehaviour.ts";
import { describeQuestions } from "./questions.ts";

const run = async (rig: Rig, script: Script, options: OpenOptions = {}): Promise<AgentEvent[]> => {
  await using session = await rig.session(script, options);
  return await turn(session, PROMPT);
};

/** Opens, says something and is killed in the middle of its turn. */
const cutOff = async (rig: Rig, script: Script) => {
  const opened = await rig.open(script);
  if (opened.kind === "failed") throw new Error(opened.failure.message);
  await using session = opened.session;
  const events = await turn(session, PROMPT);
  expect(codeOf(events)).toBe("agent.died");
  return opened.conversation ?? null;
};
const dying = (continues: "load" | "resume"): Script => ({
  continues,
  turns: [{ do: [{ do: "say", text: "said before. " }, { do: "crash" }] }],
});
const goingOn = (continues: "load" | "resume"): Script => ({
  continues,
  turns: [{ do: [{ do: "say", text: "said after." }] }],
});

/** What agents of the catalogue send beyond the protocol. */
const PRIVATE = catalog.map(({ quirks }) => quirks.privateMethods);
const asked = (method: string) => ({ do: "request" as const, method });
const told = (method: string) => ({ do: "notify" as const, method, params: { kind: "x" } });

export const describeAgents = (name: string, makeRig: () => Promise<Rig>): void => {
  const it = rigTest(makeRig);
  describeWork(name, makeRig);

  describe.concurrent(`${name}: a turn`, () => {
    it("tells the agent's name and version", async ({ rig }) => {
      const opened = await rig.open({ name: "tenor", turns: [] });
      expect(opened).toMatchObject({ kind: "opened", agent: { name: "tenor", version: "1.0.0" } });
      if (opened.kind === "opened") await opened.session[Symbol.asyncDispose]();
    });

    it("shows what the agent says and does, in order", async ({ rig }) => {
      const events = await run(
        rig,
        doing(
          { do: "think", text: "hm" },
          { do: "say", text: "I begin." },
          { do: "plan", entries: [{ text: "write it", status: "pending" }] },
          { do: "write", path: "src/a.js", content: ["one", "two"] },
          { do: "say", text: "Done." },
        ),
      );
      expect(entriesOf(events)).toMatchObject([
        { kind: "thought", text: "hm" },
        { kind: "text", text: "I begin." },
        { kind: "plan", entries: [{ text: "write it", status: "pending" }] },
        { kind: "tool", title: "Write src/a.js", status: "in_progress" },
        {
          kind: "tool",
          title: "Write src/a.js",
          status: "completed",
          detail: expect.stringContaining("@@ -0,0 +1,2 @@\n+one\n+two"),
        },
        { kind: "text", text: "Done." },
      ]);
      expect(lastOf(events)).toEqual({ kind: "ended", stopReason: "end_turn", usage: null });
    });

    it("joins many small pieces of text into few entries and loses none", async ({ rig }) => {
      const events = await run(
        rig,
        doing({ do: "stream", text: "word ", updates: 400, everyMs: 0 }),
      );
      expect(textOf(events)).toBe("word ".repeat(400));
      expect(entriesOf(events).length).toBeLessThan(60);
    });

    it("shows a command with its output and its outcome", async ({ rig }) => {
      const events = await run(rig, doing({ do: "run", command: "echo seen; exit 3" }));
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({ kind: "tool", status: "failed", detail: "seen\nexit code 3" }),
      );
    });

    it("reports tokens and cost of the turn, not of the session", async ({ rig }) => {
      const script = doing({ do: "usage", inputTokens: 100, outputTokens: 20, costUsd: 0.25 });
      await using session = await rig.session(script);
      await turn(session, PROMPT);
      const events = await turn(session, PROMPT);
      expect(lastOf(events)).toMatchObject({
        kind: "ended",
        usage: { inputTokens: 100, outputTokens: 20, costUsd: 0.25 },
      });
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({ kind: "usage", inputTokens: 100, costUsd: 0.25 }),
      );
    });

    const priced: Action = { do: "usage", inputTokens: 100, outputTokens: 20, costUsd: 0.25 };
    it.for([
      ["is refused", { do: "refuse", message: "quota used up" }],
      ["ends with its process", { do: "crash" }],
    ] as const)("tells the cost of a turn that %s", async ([, end], { rig }) => {
      const events = await run(rig, doing(priced, end));
      expect(lastOf(events)).toMatchObject({ kind: "failed", usage: { costUsd: 0.25 } });
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({ kind: "usage", costUsd: 0.25 }),
      );
    });

    it("tells the cost of a turn whose answer counts no tokens", async ({ rig }) => {
      const cost = { amount: 0.5, currency: "USD" };
      const update = { sessionUpdate: "usage_update", used: 1, size: 2, cost };
      const params = { sessionId: "s-1", update };
      const events = await run(rig, doing({ do: "notify", method: "session/update", params }));
      expect(lastOf(events)).toMatchObject({ usage: { inputTokens: 0, costUsd: 0.5 } });
    });

    it("has one clock for all prompts of a session", async ({ rig }) => {
      await using session = await rig.session(
        {
          turns: [
            { nth: 1, do: [{ do: "sleep", ms: 2500 }] },
            { do: [{ do: "stream", text: "x", updates: 1000, everyMs: 20 }] },
          ],
        },
        { limits: { turnMs: 5000 } },
      );
      expect(codeOf(await turn(session, PROMPT))).toBe("ended: end_turn");
      expect(session.ranMs()).toBeGreaterThanOrEqual(2400);
      expect(codeOf(await turn(session, PROMPT))).toBe("agent.timeout");
      expect(session.ranMs()).toBeLessThan(7000);
    });

    it("sets the configured mode when the agent offers it", async ({ rig }) => {
      const script: Script = {
        modes: ["ask", "full"],
        turns: [{ do: [{ do: "run", command: "echo mode=$SCRIPTED_MODE" }] }],
      };
      expect(JSON.stringify(await run(rig, script, { agent: { mode: "full" } }))).toContain(
        "mode=full",
      );
    });

    it("notes a configured mode that the agent does not offer", async ({ rig }) => {
      const script: Script = { modes: ["ask"], turns: [{ do: [] }] };
      const events = await run(rig, script, { agent: { mode: "full" } });
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({
          kind: "note",
          text: expect.stringContaining('does not offer the mode "full"; it offers ask'),
        }),
      );
    });
  });

  describe.concurrent(`${name}: settings and servers`, () => {
    const echo: Script = {
      settings: { mode: ["ask", "full"], model: ["small", "large"], effort: ["low", "high"] },
      turns: [
        {
          do: [{ do: "run", command: 'echo "$SCRIPTED_MODE/$SCRIPTED_MODEL/$SCRIPTED_EFFORT"' }],
        },
      ],
    };

    it("sets mode, model and effort by config options", async ({ rig }) => {
      const agent = { mode: "full", model: "large", effort: "high" };
      const shown = JSON.stringify(await run(rig, echo, { agent }));
      expect(shown).toContain("full/large/high");
    });

    it("leaves what is not configured as it is", async ({ rig }) => {
      expect(JSON.stringify(await run(rig, echo))).toContain("ask/small/low");
    });

    it("notes an effort that the agent does not offer, and works", async ({ rig }) => {
      const events = await run(rig, echo, { agent: { effort: "boundless" } });
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({
          kind: "note",
          text: 'The agent does not offer the effort "boundless"; it offers low, high.',
        }),
      );
      expect(codeOf(events)).toBe("ended: end_turn");
    });

    it("takes a model that the agent does not know for a name, and says nothing", async ({
      rig,
    }) => {
      const events = await run(rig, echo, { agent: { model: "scripted" } });
      expect(entriesOf(events).filter(({ kind }) => kind === "note")).toEqual([]);
    });

    it("gives the agent its MCP servers, to be started inside", async ({ rig }) => {
      const mcp = { tools: { command: ["tool-server", "--stdio"], env: { COLOUR: "blue" } } };
      const script = doing({ do: "run", command: 'echo "$SCRIPTED_MCP"' });
      const events = await run(rig, script, { spec: { mcp } });
      const tool = entriesOf(events).findLast((entry) => entry.kind === "tool");
      expect(JSON.parse(tool?.kind === "tool" ? (tool.detail.split("\n")[0] ?? "") : "")).toEqual([
        {
          name: "tools",
          command: "tool-server",
          args: ["--stdio"],
          env: [{ name: "COLOUR", value: "blue" }],
        },
      ]);
    });
  });

  describe.concurrent(`${name}: a session that was cut off`, () => {
    it.for(["load", "resume"] as const)(
      "goes on by %s, and what it said before is not told again",
      async (continues, { rig }) => {
        const earlier = await cutOff(rig, dying(continues));
        const opened = await rig.open(goingOn(continues), { spec: { earlier } });
        expect(opened).toMatchObject({
          kind: "opened",
          conversation: { id: earlier?.id, openedAt: earlier?.openedAt, isContinued: true },
        });
        if (opened.kind !== "opened") return;
        await using session = opened.session;
        const events = await turn(session, PROMPT);
        expect(entriesOf(events).map((entry) => entry.kind)).toEqual(["text"]);
        expect(textOf(events)).toBe("said after.");
      },
    );

    const fallBacks: readonly [string, Partial<Script>][] = [
      ["the agent cannot", {}],
      [
        "the agent refuses",
        { continues: "load", onContinue: [{ do: "refuse", message: "it is broken" }] },
      ],
      ["the agent dies of it", { continues: "load", onContinue: [{ do: "crash" }] }],
      ["the agent answers nothing", { continues: "load", onContinue: [{ do: "hang" }] }],
    ];
    it.for(fallBacks)("begins a new session when %s, and says so", async ([, how], { rig }) => {
      const { continues: _continues, ...rest } = goingOn("load");
      const opened = await rig.open(
        { ...rest, ...how },
        { spec: { earlier: { id: "s-1", openedAt: 1 } }, limits: { silenceMs: 5000 } },
      );
      expect(opened).toMatchObject({ kind: "opened", conversation: { isContinued: false } });
      if (opened.kind !== "opened") return;
      await using session = opened.session;
      const events = await turn(session, PROMPT);
      expect(textOf(events)).toBe("said after.");
      expect(entriesOf(events)).toContainEqual(
        expect.objectContaining({
          kind: "note",
          text: expect.stringContaining("is not gone on with"),
        }),
      );
    });

    it("opens no second process when the start is cancelled meanwhile", async ({ rig }) => {
      const stop = new AbortController();
      const script: Script = { ...goingOn("load"), onContinue: [{ do: "hang" }] };
      const opening = rig.open(script, {
        spec: { earlier: { id: "s-1", openedAt: 1 } },
        signal: stop.signal,
      });
      stop.abort();
      expect(await opening).toMatchObject({ kind: "failed", failure: { code: "agent.stopped" } });
    });
  });

  describe.concurrent(`${name}: permissions`, () => {
    const asking = doing({
      do: "ask",
      title: "Remove the build folder",
      allow: [{ do: "say", text: "removed" }],
      deny: [{ do: "say", text: "kept" }],
    });

    it.for([["allow", "removed", "Allow"] as const, ["deny", "kept", "Deny"] as const])(
      "passes the answer %s on to the agent",
      async ([option, said, answer], { rig }) => {
        await using session = await rig.session(asking);
        const events = await turn(session, PROMPT, { answers: () => option });
        expect(events).toContainEqual(
          expect.objectContaining({ kind: "permission", title: "Remove the build folder" }),
        );
        expect(textOf(events)).toBe(said);
        expect(entriesOf(events)).toContainEqual(
          expect.objectContaining({ kind: "permission", answer }),
        );
      },
    );

    it("cancels the request when the answer is null", async ({ rig }) => {
      await using session = await rig.session(asking);
      expect(codeOf(await turn(session, PROMPT, { answers: () => null }))).toBe("ended: cancelled");
    });

    it("stops both clocks while a person is asked", async ({ rig }) => {
      await using session = await rig.session(asking, {
        limits: { turnMs: 3000, silenceMs: 3000 },
      });
      const events: AgentEvent[] = [];
      for await (const event of session.prompt(PROMPT, { signal: new AbortController().signal })) {
        events.push(event);
        if (event.kind !== "permission") continue;
        setTimeout(() => session.answer(event.id, "allow"), 3500);
      }
      expect(codeOf(events)).toBe("ended: end_turn");
      expect(session.ranMs()).toBeLessThan(3000);
    });

    it("cancels the turn while a person is asked", async ({ rig }) => {
      await using session = await rig.session(asking);
      const stop = new AbortController();
      const events: AgentEvent[] = [];
      for await (const event of session.prompt(PROMPT, { signal: stop.signal })) {
        events.push(event);
        if (event.kind === "permission") stop.abort();
      }
      expect(codeOf(events)).toBe("ended: cancelled");
    });
  });

  describe.concurrent(`${name}: an agent with its own ideas`, () => {
    it("answers methods that are not offered and goes on", async ({ rig }) => {
      const events = await run(
        rig,
        doing(
          { do: "request", method: "fs/read_text_file", params: { path: "/etc/passwd" } },
          ...PRIVATE.flatMap(({ requests }) => requests).map(asked),
        ),
      );
      expect(textOf(events)).toContain('fs/read_text_file: {"error":{"code":-32601');
      for (const method of PRIVATE.flatMap(({ requests }) => requests))
        expect(textOf(events)).toContain(`${method}: {"error":{"code":-32601`);
    });

    it("ignores notifications and updates it does not know", async ({ rig }) => {
      const events = await run(
        rig,
        doing(
          ...PRIVATE.flatMap(({ notifications }) => notifications).map(told),
          {
            do: "notify",
            method: "session/update",
            params: { sessionId: "s-1", update: { sessionUpdate: "from_the_future", x: 1 } },
          },
          { do: "notify", method: "session/update", params: 7 },
          { do: "say", text: "still here" },
        ),
      );
      expect(textOf(events)).toBe("still here");
    });

    it("shows stray lines on standard output and standard error and goes on", async ({ rig }) => {
      const events = await run(
        rig,
        doing(
          { do: "garbage", text: "loading model", times: 3 },
          { do: "garbage", text: '{"jsonrpc":"2.0","id":99,"result":{}}' },
          { do: "complain", text: "a warning\n" },
          { do: "say", text: "fine" },
        ),
      );
      expect(textOf(events)).toBe("fine");
      const output = entriesOf(events).flatMap((entry) =>
        entry.kind === "output" ? [`${entry.stream}: ${entry.text}`] : [],
      );
      expect(output.join("")).toContain("loading model\nloading model\n");
      expect(output.join("")).toContain("stderr: a warning");
    });

    it("reports an error answer as a refusal, and the session goes on", async ({ rig }) => {
      const script: Script = {
        turns: [
          { nth: 1, do: [{ do: "refuse", message: "quota used up" }] },
          { do: [{ do: "say", text: "again" }] },
        ],
      };
      await using session = await rig.session(script);
      const events = await turn(session, PROMPT);
      expect(lastOf(events)).toMatchObject({
        kind: "failed",
        failure: { code: "agent.refused", message: expect.stringContaining("quota used up") },
      });
      expect(textOf(await turn(session, PROMPT))).toBe("again");
    });
  });

  describe.concurrent(`${name}: cancelling`, () => {
    it("ends the turn by the agent's own answer and keeps the session", async ({ rig }) => {
      const script: Script = {
        turns: [
          {
            nth: 1,
            do: [
              { do: "say", text: "working" },
              { do: "sleep", ms: 600_000 },
            ],
          },
          { do: [{ do: "say", text: "back" }] },
        ],
      };
      await using session = await rig.session(script);
      const stop = new AbortController();
      const events = await turn(session, PROMPT, {
        signal: stop.signal,
        onText: () => stop.abort(),
      });
      expect(codeOf(events)).toBe("ended: cancelled");
      expect(textOf(await turn(session, PROMPT))).toBe("back");
    });

    it("ends the process of an agent that ignores it", async ({ rig }) => {
      await using session = await rig.session(
        doing({ do: "ignore-sigterm" }, { do: "say", text: "working" }, { do: "hang" }),
      );
      const stop = new AbortController();
      const events = await turn(session, PROMPT, {
        signal: stop.signal,
        onText: () => stop.abort(),
      });
      expect(codeOf(events)).toBe("agent.stopped");
      expect(rig.leftovers()).toEqual([]);
    }, 20_000);

    it("ends the turn when its reader leaves", async ({ rig }) => {
      await using session = await rig.session({
        turns: [
          { nth: 1, do: [{ do: "stream", text: "x", updates: 100_000, everyMs: 20 }] },
          { do: [{ do: "say", text: "back" }] },
        ],
      });
      for await (const event of session.prompt(PROMPT, { signal: new AbortController().signal }))
        if (event.kind === "entry" && event.entry.kind === "text") break;
      expect(textOf(await turn(session, PROMPT))).toBe("back");
    });

    it("does not prompt at all when it is cancelled before", async ({ rig }) => {
      await using session = await rig.session(doing({ do: "write", path: "a.txt", content: "x" }));
      expect(codeOf(await turn(session, PROMPT, { signal: AbortSignal.abort() }))).toBe(
        "ended: cancelled",
      );
      expect(existsSync(join(rig.place.root, "a.txt"))).toBe(false);
    });
  });

  describe.concurrent(`${name}: readers and sessions`, () => {
    it("holds the agent back for a slow reader and does not call that silence", async ({ rig }) => {
      const bytes = 12_000_000;
      await using session = await rig.session(
        doing({ do: "flood", as: "messages", bytes, chunk: 20_000 }),
        { limits: { silenceMs: 2000 } },
      );
      let chars = 0;
      let isFirst = true;
      for await (const event of session.prompt(PROMPT, { signal: new AbortController().signal })) {
        if (isFirst) await new Promise((resolve) => setTimeout(resolve, 3000));
        isFirst = false;
        if (event.kind === "entry" && event.entry.kind === "text") chars += event.entry.text.length;
        if (event.kind === "failed") throw new Error(event.failure.message);
      }
      expect(chars).toBe(bytes);
    });

    it("runs several sessions beside each other", async ({ rig }) => {
      const names = ["a", "b", "c"];
      const said = await Promise.all(
        names.map(async (one) => {
          await using session = await rig.session(doing({ do: "say", text: one }));
          return textOf(await turn(session, PROMPT));
        }),
      );
      expect(said).toEqual(names);
    });

    it("may be closed twice, and a closed session fails its prompts", async ({ rig }) => {
      const session = await rig.session(doing({ do: "say", text: "x" }));
      await session[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
      expect(codeOf(await turn(session, PROMPT))).toBe("agent.stopped");
    });

    it("passes over answers to permissions that are not open", async ({ rig }) => {
      await using session = await rig.session(
        doing({ do: "ask", title: "?", allow: [{ do: "say", text: "yes" }] }),
      );
      session.answer("permission-1", "allow");
      const events = await turn(session, PROMPT, {
        answers: ({ id }) => {
          session.answer("permission-7", "deny");
          session.answer(id, "no-such-option");
          return "allow";
        },
      });
      expect(textOf(events)).toBe("yes");
      session.answer("permission-1", "allow");
    });
  });

  describeQuestions(name, it);
  describeMisbehaviour(name, it);
};
