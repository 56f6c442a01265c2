/**
 * Entries of one session by position, as far as they were looked at: a bounded number of pages, whatever
 * the length of the transcript. The end grows by what is new, and nothing is read twice.
 */
import type { TranscriptEntry, TranscriptWindow } from "@tutti/protocol";
import { daemon } from "../../api/daemon.ts";
import { createStore, type Store } from "../../api/store.ts";

export const PAGE = 200;
/** Pages that are kept; those that were not looked at for longest go first. */
const PAGES_MAX = 40;
/** At once; what is scrolled past meanwhile is not read. */
const READING_MAX = 2;

export type Pages = {
  /** Entries that there are; it grows. */
  readonly total: number;
  readonly pages: ReadonlyMap<number, readonly TranscriptEntry[]>;
  /** Why the last reading failed. */
  readonly problem: unknown;
};

export type TranscriptPages = {
  readonly state: Store<Pages>;
  /** Reads the pages of these positions where they are not there or not whole. */
  readonly show: (first: number, last: number) => void;
  /** There are so many entries now. */
  readonly grow: (total: number) => void;
  readonly close: () => void;
};

const kept = (
  { pages, total: known }: Pages,
  page: number,
  { total, entries }: TranscriptWindow,
): Pages => {
  const next = new Map(pages);
  const before = next.get(page) ?? [];
  next.delete(page);
  next.set(page, [...before, ...entries].slice(0, PAGE));
  for (const old of next.keys()) {
    if (next.size <= PAGES_MAX) break;
    if (old !== page) next.delete(old);
  }
  return { total: Math.max(total, known), pages: next, problem: null };
};

const isWhole = ({ pages, total }: Pages, page: number): boolean =>
  (pages.get(page)?.length ?? 0) >= Math.min(PAGE, total - page * PAGE);

export function openTranscript(session: string): TranscriptPages {
  const state = createStore<Pages>({ total: 0, pages: new Map(), problem: null });
  const ended = new AbortController();
  const reading = new Set<number>();
  let shown: readonly [first: number, last: number] = [0, 0];

  const read = async (page: number): Promise<void> => {
    if (reading.has(page) || reading.size >= READING_MAX) return;
    reading.add(page);
    try {
      const held = state.get().pages.get(page)?.length ?? 0;
      const wanted = { from: page * PAGE + held, limit: PAGE - held };
      const window = await daemon.transcript(session, wanted, { signal: ended.signal });
      state.set(kept(state.get(), page, window));
    } catch (problem) {
      if (!ended.signal.aborted) state.set({ ...state.get(), problem });
      return;
    } finally {
      reading.delete(page);
    }
    // It may have grown meanwhile, or an answer held less than was asked for.
    readShown();
  };

  const readShown = (): void => {
    if (ended.signal.aborted) return;
    const [first, last] = shown;
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1)
      if (!isWhole(state.get(), page)) void read(page);
  };

  void read(0);
  return {
    state,
    show: (first, last) => {
      shown = [first, last];
      readShown();
    },
    grow: (total) => {
      const known = state.get();
      if (total <= known.total) return;
      state.set({ ...known, total });
      readShown();
    },
    close: () => ended.abort(),
  };
}
