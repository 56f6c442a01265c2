/**
 * Transcripts without secrets. Text of one kind in a session is one stream, however it is cut into
 * entries. What may be the beginning of a secret waits for more of its kind: until the prompt ends,
 * or until nothing came for HOLD_MAX_MS. Halves of a key that come further apart are not put
 * together.
 */
import { TranscriptEntry } from "@tutti/protocol";
import type { Redactor } from "../engine/ports/secrets.ts";
import type { Store } from "../engine/ports/store.ts";
import { redactedAs } from "../engine/redaction.ts";

/** Longest time that text waits for its continuation. */
const HOLD_MAX_MS = 3000;

type Transcript = Store["transcript"];
type Streamed = Extract<TranscriptEntry, { kind: "text" | "thought" | "output" }>;
type Open = {
  readonly stream: ReturnType<Redactor["stream"]>;
  last: Streamed;
  /** When the last piece came, by the process's own clock. */
  touched: number;
};

const isStreamed = (entry: TranscriptEntry): entry is Streamed =>
  entry.kind === "text" || entry.kind === "thought" || entry.kind === "output";

const kindOf = (entry: Streamed): string => (entry.kind === "output" ? entry.stream : entry.kind);

/** The open streams by session and kind; what ends gives what it still held. */
function openStreams(redactor: Redactor) {
  const sessions = new Map<string, Map<string, Open>>();
  const endOf = ({ stream, last }: Open): TranscriptEntry[] => {
    const text = stream.end();
    return text === "" ? [] : [{ ...last, text }];
  };
  const push = (session: string, entry: Streamed): TranscriptEntry[] => {
    const streams = sessions.get(session) ?? new Map<string, Open>();
    sessions.set(session, streams);
    const kind = kindOf(entry);
    const touched = performance.now();
    const open = streams.get(kind) ?? { stream: redactor.stream(), last: entry, touched };
    streams.set(kind, Object.assign(open, { last: entry, touched }));
    const text = open.stream.push(entry.text);
    return text === "" ? [] : [{ ...entry, text }];
  };
  const end = (session: string): TranscriptEntry[] => {
    const streams = [...(sessions.get(session)?.values() ?? [])];
    sessions.delete(session);
    return streams.flatMap(endOf);
  };
  /** Ends the streams for which nothing came since then. */
  const endIdle = (since: number, put: Put): void => {
    for (const [session, streams] of sessions) {
      for (const [kind, open] of streams) {
        if (open.touched > since) continue;
        streams.delete(kind);
        put(session, endOf(open));
      }
      if (streams.size === 0) sessions.delete(session);
    }
  };
  return { push, end, endIdle, isIdle: () => sessions.size === 0 };
}

type Put = (session: string, entries: readonly TranscriptEntry[]) => void;

export function redactingTranscript(transcript: Transcript, redactor: Redactor): Transcript {
  const streams = openStreams(redactor);
  let timer: NodeJS.Timeout | null = null;
  const put: Put = (session, entries) => {
    if (entries.length > 0) transcript.append(session, entries);
  };
  const watch = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      streams.endIdle(performance.now() - HOLD_MAX_MS, put);
      if (!streams.isIdle()) watch();
    }, HOLD_MAX_MS / 2).unref();
  };
  const redact = (session: string, entry: TranscriptEntry): TranscriptEntry[] => {
    if (isStreamed(entry)) {
      watch();
      return streams.push(session, entry);
    }
    const isBorder = entry.kind === "prompt" || entry.kind === "ended";
    const before = isBorder ? streams.end(session) : [];
    return [...before, redactedAs(TranscriptEntry, entry, redactor.text)];
  };
  return {
    ...transcript,
    append: (session, entries) =>
      put(
        session,
        entries.flatMap((entry) => redact(session, entry)),
      ),
    flush: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      streams.endIdle(Infinity, put);
      transcript.flush();
    },
  };
}
