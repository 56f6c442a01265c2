/**
 * Rows of a transcript: an agent's text comes in many pieces and a tool tells of itself several times;
 * each is one row, where it began. Looked at page by page, so that a row needs no more than its page.
 */
import type { TranscriptEntry } from "@tutti/protocol";

export type Row = {
  readonly entry: TranscriptEntry;
  /** Of a text in pieces: all of it. */
  readonly text: string;
};

type Streamed = Extract<TranscriptEntry, { kind: "text" | "thought" | "output" }>;

const isStreamed = (entry: TranscriptEntry): entry is Streamed =>
  ["text", "thought", "output"].includes(entry.kind);

/** A text that grows beyond this goes on in another row: each is laid out as a whole. */
const ROW_MAX_CHARACTERS = 4000;

const continues = (row: Row, entry: Streamed): boolean =>
  row.entry.kind === entry.kind && row.text.length + entry.text.length <= ROW_MAX_CHARACTERS;

/** By position in the page; null where another row shows it. */
export function rowsOf(page: readonly TranscriptEntry[]): readonly (Row | null)[] {
  const rows: (Row | null)[] = page.map(() => null);
  const tools = new Map<string, number>();
  let begun = 0;
  for (const [index, entry] of page.entries()) {
    const row = rows[begun];
    if (isStreamed(entry) && row !== null && row !== undefined && continues(row, entry)) {
      rows[begun] = { ...row, text: row.text + entry.text };
      continue;
    }
    if (entry.kind === "tool") {
      const first = tools.get(entry.id);
      if (first !== undefined) {
        rows[first] = { entry, text: entry.detail };
        begun = index;
        continue;
      }
      tools.set(entry.id, index);
    }
    begun = index;
    rows[index] = { entry, text: isStreamed(entry) ? entry.text : "" };
  }
  return rows;
}
