/**
 * Rows of a transcript: an agent's text comes in many pieces and a tool tells of itself several times;
 * each is one row, where it began. Made page by page; what other pages tell of a page's tools comes with it.
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

type ToolEntry = Extract<TranscriptEntry, { kind: "tool" }>;

/** What the pages that are there tell of the tools of one of them. */
export type Elsewhere = {
  /** Tools that have their row in an earlier page. */
  readonly begun: ReadonlySet<string>;
  /** How tools of this page stand, where a later page tells of it. */
  readonly news: ReadonlyMap<string, ToolEntry>;
};

const NOTHING: Elsewhere = { begun: new Set(), news: new Map() };

/** An update tells only what changed: what it does not say stays. */
const standing = (before: ToolEntry | undefined, news: ToolEntry): ToolEntry =>
  before === undefined || news.detail !== "" ? news : { ...news, detail: before.detail };

type Pages = ReadonlyMap<number, readonly TranscriptEntry[]>;

/** By number of the page. */
export function toolsAcross(pages: Pages): ReadonlyMap<number, Elsewhere> {
  const begunIn = new Map<string, number>();
  const across = new Map<number, { begun: Set<string>; news: Map<string, ToolEntry> }>();
  for (const number of [...pages.keys()].toSorted((a, b) => a - b)) {
    across.set(number, { begun: new Set(), news: new Map() });
    for (const entry of pages.get(number) ?? []) {
      if (entry.kind !== "tool") continue;
      const first = begunIn.get(entry.id) ?? number;
      begunIn.set(entry.id, first);
      if (first === number) continue;
      across.get(number)?.begun.add(entry.id);
      const news = across.get(first)?.news;
      news?.set(entry.id, standing(news.get(entry.id), entry));
    }
  }
  return across;
}

/** Rows of the tools of a page, as each stands after all that is told of it. */
function toolRows(
  page: readonly TranscriptEntry[],
  { begun, news }: Elsewhere,
): ReadonlyMap<number, ToolEntry> {
  const tools = new Map<string, { readonly at: number; readonly entry: ToolEntry }>();
  for (const [at, entry] of page.entries()) {
    if (entry.kind !== "tool" || begun.has(entry.id)) continue;
    const known = tools.get(entry.id);
    tools.set(entry.id, { at: known?.at ?? at, entry: standing(known?.entry, entry) });
  }
  return new Map(
    [...tools].map(([id, { at, entry }]) => {
      const later = news.get(id);
      return [at, later === undefined ? entry : standing(entry, later)];
    }),
  );
}

/** By position in the page; null where another row shows it. */
export function rowsOf(
  page: readonly TranscriptEntry[],
  elsewhere: Elsewhere = NOTHING,
): readonly (Row | null)[] {
  const rows: (Row | null)[] = page.map(() => null);
  let begun = 0;
  for (const [index, entry] of page.entries()) {
    const row = rows[begun] ?? null;
    if (isStreamed(entry) && row !== null && continues(row, entry)) {
      rows[begun] = { ...row, text: row.text + entry.text };
      continue;
    }
    begun = index;
    if (entry.kind !== "tool") rows[index] = { entry, text: isStreamed(entry) ? entry.text : "" };
  }
  for (const [at, entry] of toolRows(page, elsewhere)) rows[at] = { entry, text: "" };
  return rows;
}
