/** Every way in which an agent fails: the right code, in bounded time, and no process left. */
import { describe, expect } from "vitest";
import type { Action, Script } from "../../../packages/tutti/src/agents/scripted/script.ts";
import type { OpenOptions, Rig, RigTest } from "./rig.ts";
import { codeOf, doing, lastOf, PROMPT, rigTest, turn } from "./rig.ts";

/** Time within which a bounded failure must be there, the start of the agent included, in ms. */
const SOON_MS = 20_000;

const BYTES = 100_000_000;
const CHUNK = 100_000;

type Case = {
  /** Completes "an agent that …". */
  readonly title: string;
  readonly code: string | RegExp;
  /** Part of the message a person sees. */
  readonly words?: string;
  readonly options?: OpenOptions;
};

const inTurn: readonly (Case & { readonly actions: readonly Action[] })[] = [
  {
    title: "exits with code 0 without an answer",
    actions: [{ do: "say", text: "bye" }, { do: "exit" }],
    code: "agent.died",
    words: "exit code 0",
  },
  {
    title: "exits with a code and last words",
    actions: [
      { do: "complain", text: "out of memory\n" },
      { do: "exit", code: 3 },
    ],
    code: "agent.died",
    words: "exit code 3 before its turn was over. Its last words:\nout of memory",
  },
  { title: "is killed", actions: [{ do: "crash", signal: "SIGKILL" }], code: "agent.died" },
  {
    title: "hangs",
    actions: [{ do: "hang" }],
    code: "agent.silent",
    words: "sent nothing for 3 s",
    options: { limits: { silenceMs: 3000 } },
  },
  {
    title: "hangs and ignores SIGTERM",
    actions: [{ do: "ignore-sigterm" }, { do: "hang" }],
    code: "agent.silent",
    options: { limits: { silenceMs: 3000 } },
  },
  {
    title: "talks without end",
    actions: [{ do: "stream", text: "x", updates: 100_000, everyMs: 20 }],
    code: "agent.timeout",
    words: "longer than 1.5 s",
    options: { limits: { turnMs: 1500 } },
  },
  {
    title: "floods with messages",
    actions: [{ do: "flood", as: "messages", bytes: BYTES, chunk: CHUNK }],
    code: "agent.flood",
    words: "64 MiB",
  },
  {
    title: "floods with one line",
    actions: [{ do: "flood", as: "line", bytes: BYTES, chunk: CHUNK }],
    code: "agent.flood",
    words: "a message of more than 8 MiB",
  },
  {
    title: "floods standard error",
    actions: [{ do: "flood", as: "stderr", bytes: BYTES, chunk: CHUNK }],
    code: "agent.flood",
  },
  {
    title: "writes nonsense",
    actions: [{ do: "flood", as: "garbage", bytes: 1_000_000 }],
    code: "agent.protocol",
    words: "not ACP messages",
  },
  {
    title: "gives an answer that is none",
    actions: [
      { do: "garbage", text: '{"jsonrpc":"2.0","id":2,"result":{"why":1}}' },
      { do: "hang" },
    ],
    code: "agent.protocol",
    words: "session/prompt is not ACP",
  },
];

const idle: Script = { turns: [] };
const quick: OpenOptions = { limits: { silenceMs: 3000 } };
const shell = (command: string): OpenOptions => ({ agent: { command: ["sh", "-c", command] } });

const atStart: readonly (Case & { readonly script: Script })[] = [
  {
    title: "is not there",
    script: idle,
    code: "agent.missing",
    words: "no-such-agent",
    options: { agent: { command: ["no-such-agent", "acp"] } },
  },
  {
    title: "is not there by its path",
    script: idle,
    code: "agent.missing",
    words: "/no/such/agent",
    options: { agent: { command: ["/no/such/agent"] } },
  },
  {
    title: "dies at once",
    script: idle,
    code: "agent.died",
    words: "exit code 4",
    options: shell("echo no key >&2; exit 4"),
  },
  {
    title: "dies in the handshake",
    script: { onInitialize: [{ do: "exit" }], turns: [] },
    code: "agent.died",
    words: "exit code 0",
  },
  {
    title: "speaks something else",
    script: idle,
    code: "agent.protocol",
    words: "not ACP messages",
    options: shell("yes hello; cat"),
  },
  {
    // In a fence, the fence itself still holds the pipe: then the silence is what shows.
    title: "closes its output and stays",
    script: idle,
    code: /^agent\.(?:protocol|silent)$/u,
    options: { ...quick, ...shell("exec >&-; exec sleep 600") },
  },
  {
    title: "never answers initialize",
    script: { onInitialize: [{ do: "hang" }], turns: [] },
    code: "agent.silent",
    words: "did not answer initialize within 3 s",
    options: quick,
  },
  {
    title: "never answers session/new",
    script: { onSession: [{ do: "hang" }], turns: [] },
    code: "agent.silent",
    words: "did not answer session/new",
    options: quick,
  },
  {
    title: "answers another version",
    script: { protocolVersion: 2, turns: [] },
    code: "agent.protocol",
    words: "speaks ACP version 2",
  },
  {
    title: "asks for a login",
    script: { onSession: [{ do: "refuse", message: "log in first", code: -32_000 }], turns: [] },
    code: "agent.refused",
    words: "asks for a login: log in first",
  },
];

export const describeMisbehaviour = (name: string, it: RigTest): void => {
  describe.concurrent(`${name}: failures in a turn`, () => {
    it.for(inTurn)(
      "an agent that $title",
      { timeout: SOON_MS },
      async ({ actions, code, options = {}, words = "" }, { rig }) => {
        await using session = await rig.session(doing(...actions), options);
        const events = await turn(session, PROMPT);
        expect(codeOf(events)).toMatch(code);
        expect(lastOf(events)).toMatchObject({
          failure: { message: expect.stringContaining(words) },
        });
        expect(rig.leftovers()).toEqual([]);
      },
    );

    it("leaves no process when the turn has failed, and every later prompt fails the same", async ({
      rig,
    }) => {
      await using session = await rig.session(
        doing({ do: "double-fork", seconds: 600 }, { do: "crash" }),
      );
      expect(codeOf(await turn(session, PROMPT))).toBe("agent.died");
      expect(rig.leftovers()).toEqual([]);
      expect(codeOf(await turn(session, PROMPT))).toBe("agent.died");
    });

    it("ends what a double-forking agent left behind when the session is closed", async ({
      rig,
    }) => {
      await using session = await rig.session(doing({ do: "double-fork", seconds: 600 }));
      expect(codeOf(await turn(session, PROMPT))).toBe("ended: end_turn");
      expect(rig.leftovers().join("\n")).toContain("sleep 600");
      await session[Symbol.asyncDispose]();
      expect(rig.leftovers()).toEqual([]);
    });

    it("fails an open turn when the session is closed under it", async ({ rig }) => {
      await using session = await rig.session(doing({ do: "say", text: "x" }, { do: "hang" }));
      const events = await turn(session, PROMPT, {
        onText: () => void session[Symbol.asyncDispose](),
      });
      expect(lastOf(events).kind).toBe("failed");
    });
  });

  describe.concurrent(`${name}: failures at the start`, () => {
    it.for(atStart)(
      "an agent that $title",
      { timeout: SOON_MS },
      async ({ script, code, options, words = "" }, { rig }) => {
        const opened = await rig.open(script, options);
        expect(opened).toMatchObject({
          kind: "failed",
          failure: { code: expect.stringMatching(code), message: expect.stringContaining(words) },
        });
        expect(rig.leftovers()).toEqual([]);
      },
    );

    it("stops the start when it is cancelled", async ({ rig }) => {
      const stop = new AbortController();
      const opening = rig.open(
        { onInitialize: [{ do: "hang" }], turns: [] },
        { signal: stop.signal },
      );
      setImmediate(() => stop.abort());
      expect(await opening).toMatchObject({ kind: "failed", failure: { code: "agent.stopped" } });
      expect(rig.leftovers()).toEqual([]);
    });
  });
};

/** What a place without a fence cannot do. */
export const describeFence = (name: string, makeRig: () => Promise<Rig>): void => {
  const it = rigTest(makeRig);

  describe(`${name}: what only a fence does`, () => {
    it("ends an agent that fills its workspace", { timeout: SOON_MS }, async ({ rig }) => {
      const fill = `head -c ${rig.place.maxBytes + 1_000_000} /dev/zero > big`;
      await using session = await rig.session(doing({ do: "run", command: fill }, { do: "hang" }));
      expect(codeOf(await turn(session, PROMPT))).toBe("workspace.full");
    });
  });
};
