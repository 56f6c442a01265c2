import type { TranscriptEntry } from "@tutti/protocol";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  COALESCE_MS,
  ENTRY_MAX_CHARS,
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
  const transcriber = createTranscriber({ now: () => 7 }, (entry) => entries.push(entry));
  const send = (update: object): void => {
    const read = SessionNotification.parse({ sessionId: "s", update });
    if (read.update !== undefined) transcriber.update(read.update);
  };
  const say = (text: string): void =>
    send({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
  return { entries, transcriber, send, say };
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
  send({ sessionUpdate: "agent_message_chunk", content: { type: "image", data: "…" } });
  send({
    sessionUpdate: "tool_call",
    toolCallId: "t",
    content: [{ type: "terminal", terminalId: "x" }, { type: "hologram" }],
    locations: "none",
  });
  send({ sessionUpdate: "compaction_update", how: "much" });
  transcriber.flush();
  expect(entries).toMatchObject([
    { kind: "text", text: "[image]" },
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
