/** The scripted agent under the protocol's own client, whose schemas are strict. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { client, methods, ndJsonStream } from "@agentclientprotocol/sdk";
import { ACTION_KINDS, parseScript } from "../../src/agents/scripted/parse.ts";
import { scriptedAgentProgram } from "../../src/agents/scripted/program.ts";
import type { Script } from "../../src/agents/scripted/script.ts";
import { spawnOwned } from "../../src/platform/spawn.ts";

const DOCUMENT = readFileSync(
  new URL("../../../../docs/scripted-agent.md", import.meta.url),
  "utf8",
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-scripted-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = async (script: Script, mode?: string) => {
  const path = join(folder, "script.json");
  writeFileSync(path, JSON.stringify(script));
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, TUTTI_ARTIFACTS: folder };
  const agent = await spawnOwned({
    command: process.execPath,
    args: [scriptedAgentProgram().file, path],
    cwd: folder,
    env,
  });
  const stream = ndJsonStream(
    Writable.toWeb(agent.stdin),
    Readable.toWeb(agent.stdout) as ReadableStream<Uint8Array>,
  );
  const connection = client({ name: "test" })
    .onRequest(methods.client.session.requestPermission, ({ params }) => ({
      outcome: { outcome: "selected", optionId: params.options[0]?.optionId ?? "" },
    }))
    .connect(stream);
  await connection.agent.request(methods.agent.initialize, {
    protocolVersion: 1,
    clientCapabilities: {},
  });
  const session = await connection.agent.buildSession(folder).start();
  if (mode !== undefined)
    await connection.agent.request(methods.agent.session.setMode, {
      sessionId: session.sessionId,
      modeId: mode,
    });
  return {
    session,
    /** Everything of one turn, to its stop. */
    turn: async (text: string) => {
      void session.prompt(text);
      const updates = [];
      for (;;) {
        const message = await session.nextUpdate();
        if (message.kind === "stop") return { updates, stopReason: message.stopReason };
        updates.push(message.update);
      }
    },
    exited: agent.exited,
    endInput: () => agent.stdin.end(),
    [Symbol.asyncDispose]: agent[Symbol.asyncDispose],
  };
};

const says = (updates: readonly unknown[]): string =>
  updates
    .flatMap((update) => {
      const { sessionUpdate, content } = update as {
        sessionUpdate: string;
        content?: { text?: string };
      };
      return sessionUpdate === "agent_message_chunk" ? [content?.text ?? ""] : [];
    })
    .join("");

const say = (text: string) => [{ do: "say", text }] as const;

describe("the scripted agent under the protocol's own client", () => {
  it("sends nothing that the protocol's schemas do not know", async () => {
    const complaints = vi.spyOn(console, "error");
    await using agent = await start(
      {
        modes: ["ask", "full"],
        turns: [
          {
            do: [
              { do: "think", text: "hm" },
              { do: "say", text: "hello" },
              { do: "plan", entries: [{ text: "one", status: "pending" }] },
              { do: "usage", inputTokens: 10, outputTokens: 2, costUsd: 0.1 },
              { do: "write", path: "a.txt", content: ["a"] },
              { do: "patch", path: "a.txt", find: "a", replace: "b" },
              { do: "rename", from: "a.txt", to: "b/c.txt" },
              { do: "delete", path: "b" },
              { do: "run", command: "true" },
              { do: "ask", title: "Really?", allow: say("yes") },
              { do: "report", file: "x.json", json: {} },
            ],
          },
        ],
      },
      "full",
    );
    const { updates, stopReason } = await agent.turn("go");
    expect(stopReason).toBe("end_turn");
    expect(updates).toHaveLength(4 + 6 * 2 + 1);
    expect(says(updates)).toBe("helloyes");
    expect(complaints.mock.calls).toEqual([]);
  });

  it("chooses the turn by step, instance, attempt, repair, count and text", async () => {
    const script: Script = {
      turns: [
        { step: "spec", repair: true, do: say("mended") },
        { step: "spec", nth: 1, do: say("first") },
        { step: "spec", do: say("later") },
        { step: "build[P2]", do: say("second item") },
        { step: "build", attempt: 2, do: say("again") },
        { step: "build", do: say("an item") },
        { prompt: "needle", do: say("found") },
      ],
    };
    await using agent = await start(script);
    const answers: string[] = [];
    for (const first of [
      "spec (attempt 1)",
      "spec (attempt 1, repair)",
      "spec (attempt 2)",
      "build[P1] (attempt 1)",
      "build[P2] (attempt 1)",
      "build[P1] (attempt 2)",
    ])
      answers.push(says((await agent.turn(`Tutti step: ${first}\ntext`)).updates));
    answers.push(says((await agent.turn("hay\nneedle\nhay")).updates));
    expect(answers).toEqual([
      "first",
      "mended",
      "later",
      "an item",
      "second item",
      "again",
      "found",
    ]);
  });

  it("answers a prompt that no turn fits with an error that says so", async () => {
    await using agent = await start({ turns: [{ step: "spec", do: [] }] });
    await expect(agent.session.prompt("Tutti step: build (attempt 3)\nx")).rejects.toThrow(
      'no turn of the script fits step "build", attempt 3, nth 1',
    );
  });

  it("answers with an error when its script does not fit the tree", async () => {
    await using agent = await start({
      turns: [{ do: [{ do: "patch", path: "a.txt", find: "x", replace: "y" }] }],
    });
    writeFileSync(join(folder, "a.txt"), "nothing here");
    await expect(agent.session.prompt("go")).rejects.toThrow(
      "Edit a.txt: the text to find is not there",
    );
  });

  it("goes on counting when it is started again", async () => {
    const script: Script = {
      turns: [
        { nth: 1, do: [{ do: "crash" }] },
        { nth: 2, do: say("second try") },
      ],
    };
    {
      await using agent = await start(script);
      agent.session.prompt("Tutti step: build (attempt 1)\nx").catch(() => undefined);
      expect(await agent.exited).toMatchObject({ signal: "SIGKILL" });
    }
    await using agent = await start(script);
    expect(says((await agent.turn("Tutti step: build (attempt 2)\nx")).updates)).toBe("second try");
  });

  it("decides by the outcome of a real command", async () => {
    await using agent = await start({
      turns: [
        {
          do: [
            { do: "if", run: "test -e flag", yes: say("yes"), no: say("no") },
            { do: "write", path: "flag", content: "" },
          ],
        },
      ],
    });
    expect(says((await agent.turn("go")).updates)).toBe("no");
    expect(says((await agent.turn("go")).updates)).toBe("yes");
  });

  it("ends when its standard input ends", async () => {
    await using agent = await start({ turns: [] });
    agent.endInput();
    expect(await agent.exited).toEqual({ code: 0, signal: null });
  });
});

describe("a script file", () => {
  it("is refused with every problem and its place", () => {
    const script = {
      turn: [],
      turns: [
        {
          do: [
            { do: "write", path: 7, contents: "x" },
            { do: "fly" },
            { do: "ask", title: "?", allow: [{ do: "sleep" }] },
          ],
          prompt: "(",
        },
      ],
    };
    expect(() => parseScript(JSON.stringify(script))).toThrow(
      /script\.turn: is not known.*turns\[0\]\.do\[0\]\.contents: is not known.*turns\[0\]\.do\[0\]\.path: must be a string.*turns\[0\]\.do\[0\]\.content: is missing.*turns\[0\]\.do\[1\]\.do: must be one of say, .*turns\[0\]\.do\[2\]\.allow\[0\]\.ms: is missing.*turns\[0\]\.prompt: Invalid regular expression/su,
    );
  });

  it("stops the program with a usage error when it is not valid", async () => {
    const path = join(folder, "bad.json");
    writeFileSync(path, "{}");
    const agent = await spawnOwned({
      command: process.execPath,
      args: [scriptedAgentProgram().file, path],
      cwd: folder,
      env: {},
    });
    expect(await agent.exited).toEqual({ code: 2, signal: null });
  });
});

describe("the reference of the script format", () => {
  it("names every action and no other", () => {
    const [, actions = ""] = DOCUMENT.split("## Actions");
    const named = [...actions.matchAll(/^\| `([a-z-]+)` \|/gmu)].map(([, name = ""]) => name);
    expect(new Set(named)).toEqual(new Set(ACTION_KINDS));
  });

  it("has an example that runs as it says", async () => {
    const [, example = ""] = /```json\n(.*?)```/su.exec(DOCUMENT) ?? [];
    await using agent = await start(parseScript(example));
    await agent.turn("Tutti step: spec (attempt 1)\nWrite the specification.");
    expect(readFileSync(join(folder, "spec.md"), "utf8")).toContain("# Greeting");
    expect(
      says((await agent.turn("Tutti step: build[P1] (attempt 1)\nImplement it.")).updates),
    ).toContain("Done.");
    expect(readFileSync(join(folder, "greet.mjs"), "utf8")).toContain("Hello, ");
    await agent.turn("Tutti step: build[fix-1] (attempt 1)\nMend it.");
    expect(readFileSync(join(folder, "greet.mjs"), "utf8")).toContain("Hello, ${name.trim()}");
  });
});
