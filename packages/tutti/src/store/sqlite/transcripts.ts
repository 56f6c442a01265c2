/**
 * Transcripts are appended to memory and written in batches, so that 200 talking agents cost one sync
 * of the disk every TRANSCRIPT_FLUSH_MS. Memory is bounded: a full buffer is written at once, and when
 * the disk refuses, what does not fit is dropped and counted in a note of the session.
 */
import type { DatabaseSync } from "node:sqlite";
import { TranscriptEntry } from "@tutti/protocol";
import type { RunId } from "@tutti/protocol";
import type { Growth, Store } from "../../engine/ports/store.ts";
import { withinLimits } from "../transcript-limits.ts";
import { parseJson, parseRow } from "./rows.ts";
import { transcriptTable } from "./transcript-table.ts";
import type { TranscriptTable } from "./transcript-table.ts";
import type { Writer } from "./writer.ts";

/** Longest time between an append and its write. */
const TRANSCRIPT_FLUSH_MS = 50;
/** Entries' JSON in memory, in characters; more is written at once. */
const BUFFER_MAX_CHARACTERS = 4 * 1024 * 1024;
/** JSON in one window, in characters. */
const WINDOW_MAX_CHARACTERS = 4 * 1024 * 1024;
/** Entries in one window. */
const WINDOW_MAX_ENTRIES = 5_000;
/** Sessions whose next position is remembered. */
const REMEMBERED_SESSIONS = 1_000;

type Session = {
  /** Entries in the file. */
  stored: number;
  /** JSON of the entries after those, oldest first. */
  buffered: string[];
  dropped: number;
};

type Read = ReturnType<Store["transcript"]["read"]>;

export class Transcripts {
  readonly #table: TranscriptTable;
  readonly #writer: Writer;
  readonly #sessions = new Map<string, Session>();
  readonly #listeners = new Set<(growth: Growth) => void>();
  #bufferedCharacters = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(database: DatabaseSync, writer: Writer) {
    this.#table = transcriptTable(database);
    this.#writer = writer;
  }

  append(name: string, entries: readonly TranscriptEntry[]): void {
    const session = this.#session(name);
    for (const entry of entries.flatMap(withinLimits)) this.#appendOne(session, entry);
    this.#tell(name, session, entries.at(-1)?.at ?? 0);
    this.#timer ??= setTimeout(() => this.#tryFlush(), TRANSCRIPT_FLUSH_MS).unref();
  }

  /** TuttiError `disk.full` or `store.failed`; the entries are kept then. */
  flush(): void {
    const waiting = [...this.#sessions].filter(([, session]) => session.buffered.length > 0);
    if (waiting.length > 0) {
      this.#writer.writeNow(() => {
        for (const [name, { stored, buffered }] of waiting) {
          this.#table.insert(name, stored, buffered);
        }
      });
    }
    for (const [, session] of waiting) {
      session.stored += session.buffered.length;
      session.buffered = [];
    }
    this.#bufferedCharacters = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  read(name: string, from: number, limit: number): Read {
    const known = this.#sessions.get(name);
    const stored = known?.stored ?? this.#table.total(name);
    const buffered = known?.buffered ?? [];
    const total = stored + buffered.length;
    const first = Math.min(from < 0 ? Math.max(0, total + from) : from, total);
    const count = Math.min(Math.max(limit, 0), WINDOW_MAX_ENTRIES);
    const window = { from: first, entries: count, characters: WINDOW_MAX_CHARACTERS };
    const unwritten = buffered.slice(Math.max(0, first - stored));
    const bodies = [...this.#table.window(name, window), ...unwritten].slice(0, count);
    return { from: first, total, entries: bound(bodies).map((body) => toEntry(body, name)) };
  }

  /** In order of their first entry. */
  sessionsOf(run: RunId): readonly string[] {
    const known = [...this.#sessions.keys()].filter((name) => name.startsWith(`${run}/`));
    return [...new Set([...this.#table.names(run), ...known])];
  }

  watch(listener: (growth: Growth) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.flush();
  }

  #tell(session: string, { stored, buffered }: Session, at: number): void {
    const total = stored + buffered.length;
    for (const listener of this.#listeners) listener({ session, total, at });
  }

  /** By the timer or a full buffer: nobody is there to hear of a failure, so it is tried again. */
  #tryFlush(): void {
    try {
      this.flush();
    } catch {
      this.#timer = setTimeout(() => this.#tryFlush(), TRANSCRIPT_FLUSH_MS).unref();
    }
  }

  #appendOne(session: Session, entry: TranscriptEntry): void {
    const isFull = () => this.#bufferedCharacters >= BUFFER_MAX_CHARACTERS;
    if (isFull()) this.#tryFlush();
    if (isFull()) {
      session.dropped += 1;
      return;
    }
    if (session.dropped > 0) {
      const text = `${session.dropped} entries were not stored: the disk took no more`;
      session.dropped = 0;
      this.#put(session, { kind: "note", at: entry.at, text });
    }
    this.#put(session, entry);
  }

  #put(session: Session, entry: TranscriptEntry): void {
    const body = JSON.stringify(entry);
    session.buffered.push(body);
    this.#bufferedCharacters += body.length;
  }

  #session(name: string): Session {
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    if (this.#sessions.size >= REMEMBERED_SESSIONS) this.#forgetIdle();
    const session: Session = { stored: this.#table.total(name), buffered: [], dropped: 0 };
    this.#sessions.set(name, session);
    return session;
  }

  #forgetIdle(): void {
    for (const [name, { buffered, dropped }] of this.#sessions) {
      if (buffered.length === 0 && dropped === 0) this.#sessions.delete(name);
    }
  }
}

/** At least one entry, and no more than WINDOW_MAX_CHARACTERS otherwise. */
function bound(bodies: readonly string[]): readonly string[] {
  let characters = 0;
  const end = bodies.findIndex((body, index) => {
    characters += body.length;
    return index > 0 && characters > WINDOW_MAX_CHARACTERS;
  });
  return end === -1 ? bodies : bodies.slice(0, end);
}

function toEntry(body: string, session: string): TranscriptEntry {
  const row = `an entry of ${session}`;
  return parseRow(TranscriptEntry, parseJson(body, row), row);
}
