/** What a person does in the review, and what is remembered of it. */
import { useMemo, useState } from "react";
import { addComment, change, dropComments } from "./kept.ts";
import type { Range } from "./ranges.ts";
import { type Marks, toggled } from "./leaving.ts";
import type { Actions } from "./row-view.tsx";
import type { Place } from "./rows.ts";
import type { SendBack } from "./send-bar.tsx";
import { copyLink } from "../../ui/copy-link.ts";
import { withNamed } from "../../ui/hidden-characters.ts";
import { diffLink } from "./diff-address.ts";
import { spotText, spotWords } from "./spot.ts";
import { viewedKey } from "./use-files.ts";

type Doing = {
  readonly folded: ReadonlyMap<string, boolean>;
  readonly writing: Place | null;
  readonly sendBack: SendBack | null;
  readonly marks: Marks;
};

const IDLE: Doing = { folded: new Map(), writing: null, sendBack: null, marks: new Map() };

export function useDoing(run: string, range: Range) {
  const [doing, setDoing] = useState(IDLE);
  const { from, to } = range;
  const actions = useMemo((): Omit<Actions, "retry"> & {
    readonly done: () => void;
    readonly unmark: () => void;
  } => {
    const set = (what: (before: Doing) => Partial<Doing>): void =>
      setDoing((before) => ({ ...before, ...what(before) }));
    const fold = (path: string, isFolded: boolean): void =>
      set(({ folded }) => ({ folded: new Map(folded).set(path, isFolded) }));
    return {
      fold: (path, isFolded) => fold(path, isFolded),
      view: (path) => {
        const key = viewedKey({ from, to }, path);
        change(run, ({ viewed }) => {
          const isViewed = viewed.includes(key);
          fold(path, !isViewed);
          return { viewed: isViewed ? viewed.filter((one) => one !== key) : [...viewed, key] };
        });
      },
      write: (place) => set(() => ({ writing: place, sendBack: null })),
      cancel: () => set(() => ({ writing: null })),
      save: ({ path, side, line, quote }, text, id = crypto.randomUUID()) => {
        addComment(run, { id, path, side, line, quote, text, commit: side === "new" ? to : from });
        set(() => ({ writing: null }));
      },
      drop: (id) => dropComments(run, [id]),
      sendBack: ({ path }, what) => set(() => ({ sendBack: { path, what }, writing: null })),
      leave: (path, hunk) => set(({ marks }) => ({ marks: toggled(marks, path, hunk) })),
      // With its commits: a later change may have another line there.
      link: (path, spot) => {
        const at = spot === null ? {} : { at: spotText(spot) };
        const what = withNamed(spot === null ? path : spotWords(path, spot));
        void copyLink(what, diffLink(run, { from, to, file: path, ...at }));
      },
      unmark: () => set(() => ({ marks: new Map() })),
      done: () => set(() => ({ sendBack: null })),
    };
  }, [run, from, to]);
  return { doing, actions };
}
