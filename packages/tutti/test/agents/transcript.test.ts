import { IMAGE_MAX_BYTES, type TranscriptEntry } from "@tutti/protocol";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  COALESCE_MS,
  ENTRY_MAX_CHARS,
  IMAGES_MAX,
  OUTPUT_SHOWN_MAX_CHARS,
} from "../../src/agents/acp/limits.ts";
import { SessionNotification } from "../../src/agents/acp/messages.ts";
import { createTranscriber } from "../../src/agents/acp/transcript.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const create = () => {
  const entries: TranscriptEntry[] = [];
  const pictures: Uint8Array[] = [];
  const transcriber = createTranscriber(
    { now: () => 7 },
    (entry) => entries.push(entry),
    (bytes) => {
      pictures.push(bytes);
      entries.push({ kind: "note", at: 7, text: `picture ${pictures.length}` });
    },
  );
  const send = (update: object): void => {
    const read = SessionNotification.parse({ sessionId: "s", update });
    if (read.update !== undefined) transcriber.update(read.update);
  };
  const say = (text: string): void =>
    send({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
  return { entries, pictures, transcriber, send, say };
};

it("joins pieces that come within a short time, and shows them by itself when it is over", () => {
  const { entries, say } = create();
  say("a");
  say("b");
  vi.advanceTimersByTime(COALESCE_MS - 1);
  say("c");
  expect(entries).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(entries).toEqual([{ kind: "text", at: 7, text: "abc" }]);
  say("d");
  vi.advanceTimersByTime(COALESCE_MS);
  expect(entries).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

it("keeps the order of text, thoughts, output and tool calls", () => {
  const { entries, transcriber, send, say } = create();
  say("one");
  send({ sessionUpdate: "agent_thought_chunk", content: { type: "text", text: "two" } });
  transcriber.output("stderr", "three");
  send({ sessionUpdate: "tool_call", toolCallId: "t", title: "four" });
  say("five");
  transcriber.flush();
  expect(entries.map((entry) => entry.kind)).toEqual(["text", "thought", "output", "tool", "text"]);
});

it("cuts long text into entries of a bounded size and loses nothing", () => {
  const { entries, transcriber, say } = create();
  const text = "0123456789".repeat(ENTRY_MAX_CHARS);
  say("x");
  say(text);
  transcriber.flush();
  const texts = entries.map((entry) => (entry.kind === "text" ? entry.text : ""));
  expect(texts.join("")).toBe(`x${text}`);
  expect(Math.max(...texts.map((one) => one.length))).toBeLessThan(2 * ENTRY_MAX_CHARS);
});

it("remembers a tool call's title, shows what it was given, and bounds what it shows", () => {
  const { entries, send } = create();
  send({ sessionUpdate: "tool_call", toolCallId: "t", title: "Run npm test", rawInput: { c: 1 } });
  const content = [{ type: "content", content: { type: "text", text: "x".repeat(100_000) } }];
  send({ sessionUpdate: "tool_call_update", toolCallId: "t", status: "completed", content });
  expect(entries).toMatchObject([
    { kind: "tool", id: "t", title: "Run npm test", status: "in_progress", detail: '{"c":1}' },
    { kind: "tool", id: "t", title: "Run npm test", status: "completed" },
  ]);
  const [, last] = entries;
  expect(last?.kind === "tool" ? last.detail : "").toMatch(/x… \(\d+ more characters\)$/u);
});

it("takes content of kinds it does not know", () => {
  const { entries, transcriber, send } = create();
  send({ sessionUpdate: "agent_message_chunk", content: { type: "audio", data: "…" } });
  send({
    sessionUpdate: "tool_call",
    toolCallId: "t",
    content: [{ type: "terminal", terminalId: "x" }, { type: "hologram" }],
    locations: "none",
  });
  send({ sessionUpdate: "compaction_update", how: "much" });
  transcriber.flush();
  expect(entries).toMatchObject([
    { kind: "text", text: "[audio]" },
    { kind: "tool", title: "tool call", detail: "" },
  ]);
});

it("stops showing output beside the protocol at its bound, and says so", () => {
  const { entries, transcriber } = create();
  for (let sent = 0; sent <= OUTPUT_SHOWN_MAX_CHARS * 2; sent += 10_000)
    transcriber.output("stderr", "e".repeat(10_000));
  transcriber.flush();
  const shown = entries.flatMap((entry) => (entry.kind === "output" ? [entry.text.length] : []));
  expect(shown.reduce((sum, one) => sum + one, 0)).toBeLessThan(OUTPUT_SHOWN_MAX_CHARS + 10_001);
  expect(entries.at(-1)).toMatchObject({ kind: "note" });
});

const PNG = Buffer.from("89504e470d0a1a0a", "hex");

const picture = (bytes: Uint8Array, mimeType = "image/png") => ({
  type: "image",
  mimeType,
  data: Buffer.from(bytes).toString("base64"),
});

it("a picture comes after what was said before it, from a message and from a tool", () => {
  const { entries, pictures, send, say } = create();
  say("look:");
  send({ sessionUpdate: "agent_message_chunk", content: picture(PNG) });
  send({
    sessionUpdate: "tool_call",
    toolCallId: "t",
    title: "screenshot",
    content: [{ type: "content", content: picture(PNG) }],
  });
  expect(pictures.map((bytes) => Buffer.from(bytes))).toEqual([PNG, PNG]);
  expect(entries.map((entry) => ("text" in entry ? entry.text : entry.kind))).toEqual([
    "look:",
    "picture 1",
    "tool",
    "picture 2",
  ]);
});

it("what calls itself a picture and is none, is too large or is one too many is only told of", () => {
  const { entries, pictures, send } = create();
  const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
  for (const bytes of [svg, Buffer.concat([PNG, Buffer.alloc(IMAGE_MAX_BYTES + 3)])])
    send({ sessionUpdate: "agent_message_chunk", content: picture(bytes) });
  expect(pictures).toEqual([]);
  expect(entries).toHaveLength(2);
  for (let sent = 0; sent <= IMAGES_MAX; sent += 1)
    send({ sessionUpdate: "agent_message_chunk", content: picture(PNG) });
  expect(pictures).toHaveLength(IMAGES_MAX);
  expect(entries.at(-1)).toMatchObject({ text: "A picture of the agent is not shown." });
});

const changeShown = (path: string, oldText: string | null, newText: string): string => {
  const { entries, send } = create();
  const content = [{ type: "diff", path, oldText, newText }];
  send({ sessionUpdate: "tool_call_update", toolCallId: "t", status: "completed", content });
  const [entry] = entries;
  return entry?.kind === "tool" ? entry.detail : "";
};

const numbered = (count: number, change: (at: number) => string = String): string =>
  Array.from({ length: count }, (_, at) => `${change(at + 1)}\n`).join("");

it("shows what a tool changed in a file, with the lines around it and where they are", () => {
  const after = numbered(30, (at) => (at === 10 ? "ten" : at === 25 ? "25\nmore" : String(at)));
  expect(changeShown("/w/a.txt", numbered(30), after)).toBe(
    [
      "/w/a.txt\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13",
      "@@ -23,6 +23,7 @@\n 23\n 24\n 25\n+more\n 26\n 27\n 28",
    ].join("\n"),
  );
});

it("shows a file that is new, gone or as it was", () => {
  expect(changeShown("n", null, "one\ntwo\n")).toBe("n\n@@ -0,0 +1,2 @@\n+one\n+two");
  expect(changeShown("g", "one\n", "")).toBe("g\n@@ -1,1 +0,0 @@\n-one");
  expect(changeShown("s", "one\n", "one\n")).toBe("s\n(no change)");
});

it("shows what is quite another text as replaced, and counts the lines of what is large", () => {
  const other = (count: number): string => numbered(count, (at) => `x${at}`);
  expect(changeShown("big", numbered(2000), other(2000))).toMatch(
    /^big\n@@ -1,2000 \+1,2000 @@\n-1\n-2\n/u,
  );
  expect(changeShown("new", null, numbered(2000))).toMatch(/^new\n@@ -0,0 \+1,2000 @@\n\+1\n/u);
  expect(changeShown("huge", numbered(50_000), other(20_000))).toBe(
    "huge: 50000 lines before, 20000 after",
  );
});
