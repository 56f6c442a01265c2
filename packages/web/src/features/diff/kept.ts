/**
 * What is kept in this browser and nowhere else: comments that are not sent yet, files that were
 * marked as viewed, and the candidate that its reader saw last.
 */
import { createStore, type Store } from "../../api/store.ts";

const PREFIX = "tutti.review.";

/** Comments of one draft. */
const MAX_COMMENTS = 200;

export type DraftComment = {
  readonly id: string;
  readonly path: string;
  /** The commit that its line number is of. */
  readonly commit: string;
  readonly side: "old" | "new";
  readonly line: number;
  /** The line itself, for whoever reads the comment without the diff. */
  readonly quote: string;
  readonly text: string;
};

export type Kept = {
  readonly comments: readonly DraftComment[];
  /** Keys of files as they were when they were marked: path and patch. */
  readonly viewed: readonly string[];
  readonly lastSeen: string | null;
};

const NOTHING: Kept = { comments: [], viewed: [], lastSeen: null };

const stores = new Map<string, Store<Kept>>();

export function keptOf(run: string): Store<Kept> {
  const known = stores.get(run);
  if (known !== undefined) return known;
  const store = createStore(read(run));
  store.subscribe(() => write(run, store.get()));
  // Another tab of the same review: what it kept is not overwritten by what this one remembers.
  window.addEventListener("storage", ({ key }) => {
    if (key === PREFIX + run) store.set(read(run));
  });
  stores.set(run, store);
  return store;
}

export function change(run: string, what: (kept: Kept) => Partial<Kept>): void {
  const store = keptOf(run);
  store.set({ ...store.get(), ...what(store.get()) });
}

export const addComment = (run: string, comment: DraftComment): void =>
  change(run, ({ comments }) => ({
    comments: [...comments.filter(({ id }) => id !== comment.id), comment].slice(-MAX_COMMENTS),
  }));

export const dropComments = (run: string, ids: readonly string[]): void =>
  change(run, ({ comments }) => ({ comments: comments.filter(({ id }) => !ids.includes(id)) }));

function read(run: string): Kept {
  try {
    const stored: Partial<Kept> = JSON.parse(localStorage.getItem(PREFIX + run) ?? "{}");
    return { ...NOTHING, ...stored };
  } catch {
    return NOTHING; // a browser without storage, or what another program left there
  }
}

function write(run: string, kept: Kept): void {
  try {
    localStorage.setItem(PREFIX + run, JSON.stringify(kept));
  } catch {
    // A full or closed storage: the draft lives as long as the page.
  }
}
