/**
 * Session updates as transcript entries. Text arrives in many small pieces: pieces of one kind are
 * joined until another kind comes, COALESCE_MS pass, or ENTRY_MAX_CHARS are reached.
 */
import { IMAGE_MAX_BYTES, imageMediaOf, type TranscriptEntry } from "@tutti/protocol";
import type { Clock } from "../../engine/ports/clock.ts";
import {
  COALESCE_MS,
  ENTRY_MAX_CHARS,
  IMAGES_MAX,
  OUTPUT_SHOWN_MAX_CHARS,
  TOOL_TITLES_MAX,
} from "./limits.ts";
import type { Tool, Update } from "./messages.ts";
import { patchText } from "./patch-text.ts";

/** Four characters are three bytes. */
const BASE64_MAX_CHARS = Math.ceil(IMAGE_MAX_BYTES / 3) * 4;

type TextKind = "text" | "thought" | "stdout" | "stderr";

export type Transcriber = {
  readonly update: (update: Update) => void;
  readonly output: (stream: "stdout" | "stderr", text: string) => void;
  /** An entry that is complete already; text before it goes first. */
  readonly add: (entry: TranscriptEntry) => void;
  readonly flush: () => void;
  readonly now: () => number;
  readonly titleOf: (tool: string) => string | undefined;
};

export const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max)}… (${text.length - max} more characters)`;

const contentText = (content: NonNullable<Tool["content"]>[number]): string => {
  if (content.type === "content" && "content" in content) return content.content.text ?? "";
  if (content.type === "diff" && "path" in content) return patchText(content);
  return "";
};

/** What a person sees of a tool call besides its title. */
export const toolDetail = (tool: Tool): string => {
  const input =
    tool.rawInput === undefined || tool.rawInput === null ? "" : JSON.stringify(tool.rawInput);
  const content = (tool.content ?? []).map(contentText);
  const places = content.length > 0 ? [] : (tool.locations ?? []).map(({ path }) => path);
  return cut(
    [input, ...content, ...places].filter((part) => part !== "").join("\n"),
    ENTRY_MAX_CHARS,
  );
};

const textEntry = (kind: TextKind, at: number, text: string): TranscriptEntry =>
  kind === "stdout" || kind === "stderr"
    ? { kind: "output", at, stream: kind, text }
    : { kind, at, text };

/** Joins text; holds at most one piece, of one kind. */
const createJoiner = (clock: Clock, emit: (entry: TranscriptEntry) => void) => {
  let kind: TextKind = "text";
  let text = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (text === "") return;
    const entry = textEntry(kind, clock.now(), text);
    text = "";
    emit(entry);
  };
  const add = (next: TextKind, piece: string): void => {
    if (next !== kind) flush();
    kind = next;
    for (let from = 0; from < piece.length; from += ENTRY_MAX_CHARS) {
      text += piece.slice(from, from + ENTRY_MAX_CHARS);
      if (text.length >= ENTRY_MAX_CHARS) flush();
    }
    if (text !== "") timer ??= setTimeout(flush, COALESCE_MS);
  };
  return { add, flush };
};

/** Titles by tool call: an update names only what changed. The oldest go first. */
const createTitles = () => {
  const titles = new Map<string, string>();
  return {
    of: (tool: string) => titles.get(tool),
    note: (tool: Tool): string => {
      const title = cut(tool.title ?? titles.get(tool.toolCallId) ?? "tool call", 1000);
      titles.set(tool.toolCallId, title);
      const [oldest] = titles.keys();
      if (titles.size > TOOL_TITLES_MAX && oldest !== undefined) titles.delete(oldest);
      return title;
    },
  };
};

type Titles = ReturnType<typeof createTitles>;

type Whole = Exclude<
  Update,
  {
    sessionUpdate:
      | "agent_message_chunk"
      | "agent_thought_chunk"
      | "usage_update"
      | "current_mode_update";
  }
>;

const wholeEntry = (update: Whole, at: number, titles: Titles): TranscriptEntry => {
  if (update.sessionUpdate === "plan") {
    const entries = update.entries.map(({ content, status }) => ({ text: content, status }));
    return { kind: "plan", at, entries };
  }
  const title = titles.note(update);
  const status = update.status ?? "in_progress";
  return { kind: "tool", at, id: update.toolCallId, title, status, detail: toolDetail(update) };
};

type Block = { readonly type?: string | undefined; readonly data?: string | undefined };

/** Pictures of a session, as far as they are kept; says of the others that they were there. */
const createPictures = (show: (bytes: Uint8Array) => void, note: (text: string) => void) => {
  let shown = 0;
  return ({ type, data = "" }: Block): void => {
    if (type !== "image") return;
    const bytes = Buffer.from(data.slice(0, BASE64_MAX_CHARS), "base64");
    const isKept = data.length <= BASE64_MAX_CHARS && imageMediaOf(bytes) !== null;
    if (!isKept || shown >= IMAGES_MAX) return note("A picture of the agent is not shown.");
    shown += 1;
    return show(bytes);
  };
};

const imagesOf = ({ content }: Tool): readonly Block[] =>
  (content ?? []).flatMap((one) =>
    one.type === "content" && "content" in one ? [one.content] : [],
  );

export const createTranscriber = (
  clock: Clock,
  emit: (entry: TranscriptEntry) => void,
  show: (bytes: Uint8Array) => void = () => undefined,
): Transcriber => {
  const joiner = createJoiner(clock, emit);
  const titles = createTitles();
  const picture = createPictures(
    (bytes) => {
      joiner.flush();
      show(bytes);
    },
    (text) => add({ kind: "note", at: clock.now(), text }),
  );
  let outputChars = 0;
  const add = (entry: TranscriptEntry): void => {
    joiner.flush();
    emit(entry);
  };

  const update = (one: Update): void => {
    switch (one.sessionUpdate) {
      case "agent_message_chunk":
        if (one.content.type === "image") return picture(one.content);
        return joiner.add("text", one.content.text ?? `[${one.content.type}]`);
      case "agent_thought_chunk":
        return joiner.add("thought", one.content.text ?? `[${one.content.type}]`);
      case "current_mode_update":
        // What is asked of its mode is asked in the handshake.
        return undefined;
      case "usage_update":
        // Its cost is kept by the session; it has no tokens of a turn.
        return undefined;
      default:
        add(wholeEntry(one, clock.now(), titles));
        if (one.sessionUpdate !== "plan") for (const block of imagesOf(one)) picture(block);
        return undefined;
    }
  };

  const output = (stream: "stdout" | "stderr", text: string): void => {
    if (outputChars >= OUTPUT_SHOWN_MAX_CHARS) return;
    outputChars += text.length;
    joiner.add(stream, text);
    if (outputChars < OUTPUT_SHOWN_MAX_CHARS) return;
    add({
      kind: "note",
      at: clock.now(),
      text: "More output of the agent's process is not shown.",
    });
  };

  return { update, output, add, flush: joiner.flush, now: clock.now, titleOf: titles.of };
};
