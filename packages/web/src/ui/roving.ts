/**
 * A list of which one row is in the Tab order. Keys move to the next row; the row that has the focus
 * is the one that keys act on.
 */
import { useRef, useState } from "react";

type RowProps = {
  readonly tabIndex: 0 | -1;
  readonly "data-row": string;
  readonly onFocus: () => void;
  readonly ref: (element: HTMLElement | null) => void;
};

export type Roving = {
  /** Null for an empty list. */
  readonly current: string | null;
  readonly move: (step: number) => void;
  readonly focus: (id: string) => void;
  /** Does what a click on the row does. */
  readonly click: (id: string) => void;
  readonly row: (id: string) => RowProps;
};

type RovingOptions = {
  readonly ids: readonly string[];
  /** Brings a row into a virtualised list, so that it can take the focus. */
  readonly reveal?: (index: number) => void;
};

export function useRoving({ ids, reveal }: RovingOptions): Roving {
  const [chosen, setChosen] = useState<string | null>(null);
  const wanted = useRef<string | null>(null);
  const current = chosen !== null && ids.includes(chosen) ? chosen : (ids[0] ?? null);

  const focus = (id: string): void => {
    wanted.current = id;
    reveal?.(ids.indexOf(id));
    setChosen(id);
    rowElement(id)?.focus();
  };

  return {
    current,
    focus,
    click: (id) => rowElement(id)?.click(),
    move: (step) => {
      const from = current === null ? -1 : ids.indexOf(current);
      const isThere = document.activeElement?.getAttribute("data-row") === current;
      const to = isThere ? Math.min(Math.max(from + step, 0), ids.length - 1) : Math.max(from, 0);
      const id = ids[to];
      if (id !== undefined) focus(id);
    },
    row: (id) => ({
      tabIndex: id === current ? 0 : -1,
      "data-row": id,
      onFocus: () => setChosen(id),
      // A row that was out of the list's window takes the focus once it is there.
      ref: (element) => {
        if (element === null || wanted.current !== id) return;
        wanted.current = null;
        if (document.activeElement !== element) element.focus();
      },
    }),
  };
}

const rowElement = (id: string): HTMLElement | null =>
  document.querySelector(`[data-row="${CSS.escape(id)}"]`);
