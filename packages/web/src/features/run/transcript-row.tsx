/** One row of a transcript. Everything in it is text of an agent or of a program. */
import type { TranscriptEntry } from "@tutti/protocol";
import { lazy, memo, Suspense, useDeferredValue, type ReactNode } from "react";
import { blobAddress } from "../../api/blob-address.ts";
import { plainLine, plainText } from "../../ui/plain.ts";
import { bytesText, tokensText, usdText } from "../../ui/numbers.ts";
import { StateMark, type Tone } from "../../ui/state-mark.tsx";
import { TerminalText } from "../../ui/terminal-text.tsx";
import { type DetailPart, detailParts } from "./detail-parts.ts";
import type { Row } from "./transcript-rows.ts";

const Markdown = lazy(() =>
  import("../../ui/markdown.tsx").then(({ Markdown: component }) => ({ default: component })),
);

/** Longer than that it is no prose of an agent, and costs time to take apart. */
const MARKDOWN_MAX_CHARACTERS = 20_000;

type RowProps = {
  readonly row: Row;
  /** It goes past too fast to be read. */
  readonly isFlying: boolean;
};

/** A row is the same object until its page grows: what is on the page already is not laid out again. */
export const TranscriptRow = memo(function TranscriptRow({ row, isFlying }: RowProps) {
  const { entry, text } = row;
  switch (entry.kind) {
    case "text":
      if (isFlying || text.length > MARKDOWN_MAX_CHARACTERS) return <Plain text={text} />;
      return <Prose text={text} />;
    case "prompt":
      return <Folded title="Prompt" text={entry.text} />;
    case "thought":
      return <Folded title="Thought" text={text} />;
    case "output":
      return <Plain text={text} />;
    case "tool":
      return <Tool entry={entry} />;
    case "image":
      return <Picture entry={entry} />;
    default:
      return <Fact entry={entry} />;
  }
});

/** Words first, what they are written in when there is time: rows that fly past are not taken apart. */
function Prose({ text }: { readonly text: string }) {
  const written = useDeferredValue<string | null>(text, null);
  const plain = <Plain text={text} />;
  return (
    <div className="px-4 py-1">
      {written === null ? (
        plain
      ) : (
        <Suspense fallback={plain}>
          <Markdown text={written} isGrowing />
        </Suspense>
      )}
    </div>
  );
}

const Plain = ({ text }: { readonly text: string }) => (
  <pre dir="auto" className="px-4 py-1 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
    <TerminalText text={text} />
  </pre>
);

type FoldedProps = { readonly title: ReactNode; readonly text: string };

function Folded({ title, text }: FoldedProps) {
  return (
    <details className="px-4 py-0.5">
      <summary className="cursor-pointer truncate text-muted">
        {title} <span dir="auto">{plainLine(text.slice(0, 200))}</span>
      </summary>
      <Plain text={text} />
    </details>
  );
}

const TOOL_TONES: Readonly<Record<string, Tone>> = {
  completed: "ok",
  failed: "refused",
  in_progress: "running",
};

type ToolEntry = Extract<TranscriptEntry, { kind: "tool" }>;

function Tool({ entry }: { readonly entry: ToolEntry }) {
  const { title, status, detail } = entry;
  const mark = <StateMark tone={TOOL_TONES[status] ?? "neutral"} word={status} isShapeOnly />;
  const name = (
    <span dir="auto" className="font-mono text-xs">
      {plainLine(title)}
    </span>
  );
  if (detail === "")
    return (
      <p className="px-4 py-0.5">
        {mark} {name}
      </p>
    );
  return (
    <details className="px-4 py-0.5">
      <summary className="cursor-pointer truncate">
        {mark} {name}
      </summary>
      <Detail text={detail} />
    </details>
  );
}

const DETAIL_LOOKS: Readonly<Record<DetailPart["kind"], string>> = {
  added: "bg-added-bg",
  context: "",
  head: "text-muted",
  removed: "bg-removed-bg",
  text: "",
};

/** With what a tool changed as a change: its lines say by a mark and a colour what became of them. */
const Detail = ({ text }: { readonly text: string }) => (
  <div className="px-4 py-1 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
    {detailParts(text).map(({ kind, text: part }, index) => (
      <div key={`${index} ${kind}`} dir="auto" className={DETAIL_LOOKS[kind]}>
        <TerminalText text={part} />
      </div>
    ))}
  </div>
);

type ImageEntry = Extract<TranscriptEntry, { kind: "image" }>;

/** From this daemon, which has looked at its bytes; an agent cannot name another place. */
const Picture = ({ entry }: { readonly entry: ImageEntry }) => (
  <p className="px-4 py-1">
    <img
      src={blobAddress(entry.hash, "image")}
      alt={`Sent by the agent, ${bytesText(entry.bytes)}`}
      loading="lazy"
      decoding="async"
      className="max-h-96 max-w-full border border-line"
    />
  </p>
);

type Shown = "image" | "output" | "prompt" | "text" | "thought" | "tool";
type Other = Exclude<TranscriptEntry, { kind: Shown }>;

function factOf(entry: Other): string {
  switch (entry.kind) {
    case "plan":
      return `Plan: ${entry.entries.map(({ text, status }) => `${status === "completed" ? "✓" : "○"} ${text}`).join(" · ")}`;
    case "permission":
      return `Asked: ${entry.title} → ${entry.answer ?? "not answered"}${entry.rule === undefined ? "" : ` (${entry.rule})`}`;
    case "question":
      return `Asked: ${entry.message} → ${entry.answer}${entry.rule === undefined ? "" : ` (${entry.rule})`}`;
    case "usage":
      return `${tokensText(entry.inputTokens + entry.outputTokens)} · ${usdText(entry.costUsd)}, says the agent`;
    case "opened":
      return `${entry.isContinued ? "Session continued" : "Session opened"}: ${entry.agent} ${entry.version}`;
    case "note":
      return entry.text;
    case "ended":
      return `Ended: ${entry.reason}`;
    default:
      return entry satisfies never;
  }
}

const Fact = ({ entry }: { readonly entry: Other }) => (
  <p dir="auto" className="px-4 py-0.5 text-muted wrap-anywhere">
    {plainText(factOf(entry))}
  </p>
);
