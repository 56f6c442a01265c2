/**
 * Colours of code, made in a worker that is started when the first line is shown, and only for the
 * stretches of a file that were on screen. Without them a diff is complete: colours say nothing new.
 */
import { createStore, type Store } from "../../api/store.ts";
import type { FilePatch, Hunk } from "./patch.ts";
import { languageOf } from "./languages.ts";

export type Token = { readonly length: number; readonly colour: string | null };

export type HighlightRequest = {
  readonly id: number;
  readonly language: string;
  readonly lines: readonly string[];
};
export type HighlightAnswer = {
  readonly id: number;
  readonly lines: readonly (readonly Token[])[];
};

/** Lines that are coloured together; what an earlier stretch opened is not known to a later one. */
const STRETCH = 300;
/** A line beyond this makes its whole stretch plain: such files are made by programs. */
const MAX_LINE_CHARS = 1000;

export type Colours = {
  readonly tokensOf: (index: number) => readonly Token[] | null;
  /** Asks for the colours of these lines where they are not there yet. */
  readonly want: (first: number, last: number) => void;
};

/** Counts up when colours arrived: what is on screen is then painted again. */
export const coloursArrived: Store<number> = createStore(0);

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, (answer: HighlightAnswer) => void>();

function ask(language: string, lines: readonly string[], then: (answer: HighlightAnswer) => void) {
  worker ??= startWorker();
  asked += 1;
  waiting.set(asked, then);
  const request: HighlightRequest = { id: asked, language, lines };
  // A worker of this page has no origin to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage(request);
}

function startWorker(): Worker {
  const started = new Worker(new URL("highlight-worker.ts", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }: MessageEvent<HighlightAnswer>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
    coloursArrived.set(coloursArrived.get() + 1);
  });
  return started;
}

const coloursByPatch = new WeakMap<FilePatch, Colours>();

export function coloursOf(patch: FilePatch, path: string): Colours {
  const known = coloursByPatch.get(patch);
  if (known !== undefined) return known;
  const made = makeColours(patch, languageOf(path));
  coloursByPatch.set(patch, made);
  return made;
}

function makeColours(patch: FilePatch, language: string | null): Colours {
  if (language === null) return { tokensOf: () => null, want: () => undefined };
  const tokens = new Map<number, readonly Token[]>();
  const done = new Set<string>();
  const wantStretch = (hunk: Hunk, first: number): void => {
    const key = `${first}`;
    if (done.has(key)) return;
    done.add(key);
    const last = Math.min(first + STRETCH, hunk.first + hunk.count);
    for (const side of ["removed", "added"] as const) {
      const places = stretchOf(patch, { first, last, without: side });
      const lines = places.map((index) => patch.lineAt(index).text);
      if (lines.length === 0 || lines.some(({ length }) => length > MAX_LINE_CHARS)) continue;
      ask(language, lines, (answer) => {
        for (const [at, index] of places.entries()) tokens.set(index, answer.lines[at] ?? []);
      });
    }
  };
  return {
    tokensOf: (index) => tokens.get(index) ?? null,
    want: (first, last) => {
      for (const hunk of patch.hunks) {
        if (hunk.first > last || hunk.first + hunk.count <= first) continue;
        const from = Math.max(first, hunk.first) - hunk.first;
        const to = Math.min(last, hunk.first + hunk.count - 1) - hunk.first;
        for (let at = from - (from % STRETCH); at <= to; at += STRETCH) {
          wantStretch(hunk, hunk.first + at);
        }
      }
    },
  };
}

/** The lines of one side: each side is coloured as the file that it was or is. */
function stretchOf(
  patch: FilePatch,
  range: { readonly first: number; readonly last: number; readonly without: "added" | "removed" },
): readonly number[] {
  const places: number[] = [];
  let isNeeded = range.without === "removed";
  for (let index = range.first; index < range.last; index += 1) {
    const kind = patch.kindAt(index);
    if (kind === range.without) continue;
    if (kind === "removed") isNeeded = true;
    places.push(index);
  }
  return isNeeded ? places : [];
}
