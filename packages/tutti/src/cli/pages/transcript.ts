/** One entry of a session, as lines. */
import type { TranscriptEntry } from "@tutti/protocol";
import { clockTime, indent } from "../terminal/layout.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Style } from "../terminal/style.ts";

export function transcriptLines(entry: TranscriptEntry, style: Style): string[] {
  const time = style.paint("quiet", clockTime(entry.at));
  const block = (word: string, text: string): string[] => [
    `${time} ${style.paint("strong", word)}`,
    ...body(text),
  ];
  switch (entry.kind) {
    case "prompt":
    case "text":
    case "thought":
      return block(entry.kind, entry.text);
    case "plan": {
      const lines = entry.entries.map(({ text, status }) => `${status}: ${text}`);
      return block("plan", lines.join("\n"));
    }
    case "tool": {
      const title = `${printableLine(entry.title)} (${printableLine(entry.status)})`;
      return [`${time} ${style.paint("running", "tool")} ${title}`, ...body(entry.detail)];
    }
    case "output": {
      const shape = entry.stream === "stderr" ? "!" : "|";
      return body(entry.text).map((line) => `${time} ${shape} ${line.trimStart()}`);
    }
    default:
      return [`${time} ${style.paint("quiet", printableLine(shortText(entry)))}`];
  }
}

const body = (text: string): string[] =>
  text === "" ? [] : indent(printable(text).trimEnd().split("\n"), 2);

type Short = Extract<
  TranscriptEntry,
  { kind: "permission" | "question" | "usage" | "note" | "opened" | "ended" | "image" }
>;

const byRule = ({ rule }: { readonly rule?: string | undefined }): string =>
  rule === undefined ? "" : ` (by ${rule})`;

function shortText(entry: Short): string {
  switch (entry.kind) {
    case "permission":
      return `asks: ${entry.title}: ${entry.answer ?? "open"}${byRule(entry)}`;
    case "question":
      return `asks: ${entry.message}: ${entry.answer}${byRule(entry)}`;
    case "usage":
      return `usage: ${entry.inputTokens} tokens in, ${entry.outputTokens} out`;
    case "note":
      return entry.text;
    case "image":
      return `picture: ${entry.media}, ${entry.bytes} bytes (${entry.hash.slice(0, 12)})`;
    case "opened":
      return `${entry.isContinued ? "goes on with" : "opens"} session ${entry.session} of ${entry.agent} ${entry.version}`;
    case "ended":
      return `ended: ${entry.reason}`;
  }
}
