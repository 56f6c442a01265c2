/** The entry of a transcript that is looked at: which row shows it, and the way to the next. */
import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useRef } from "react";
import { useCommands } from "../../commands/commands.tsx";
import type { Row } from "./transcript-rows.ts";

export type RowAt = (index: number) => Row | null | undefined;

/** A piece of a text is shown by the row where the text began. */
export function rowShowing(entry: number, rowAt: RowAt): number {
  let index = entry;
  while (index > 0 && rowAt(index) === null) index -= 1;
  return index;
}

type Steps = { readonly by: 1 | -1; readonly total: number };

/** The next position with a row of its own, as far as it is read; null at either end. */
export function nextEntry(from: number, { by, total }: Steps, rowAt: RowAt): number | null {
  let index = from + by;
  while (index >= 0 && index < total && rowAt(index) === null) index += by;
  return index >= 0 && index < total ? index : null;
}

type Looked = {
  readonly at: number | undefined;
  readonly total: number;
  readonly rowAt: RowAt;
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>;
  readonly onGo: (entry: number) => void;
  readonly letGo: () => void;
};

/** Brings the entry into the list; the position of its row, or null where there is none. */
export function useEntry({ at, total, rowAt, virtualizer, onGo, letGo }: Looked): number | null {
  const isThere = at !== undefined && at < total;
  const shown = isThere ? rowShowing(at, rowAt) : null;
  const isRead = shown !== null && rowAt(shown) !== undefined;
  const isStep = useRef(false);
  const reached = useRef<number | null>(null);
  const bring = useEffectEvent((entry: number, isWhole: boolean) => {
    // Its page may be let go of later, and read again: nobody is brought back to it by that.
    if (reached.current === entry) return;
    letGo();
    // From a link it is the first on screen: what is read above it later would push it out.
    const align = isStep.current ? "auto" : "start";
    virtualizer.scrollToIndex(rowShowing(entry, rowAt), { align });
    if (!isWhole) return;
    reached.current = entry;
    isStep.current = false;
  });
  useEffect(() => {
    if (isThere) bring(at, isRead);
  }, [isThere, isRead, at]);
  const go = (by: 1 | -1): void => {
    const { startIndex = 0, endIndex = 0 } = virtualizer.range ?? {};
    const beside = by === 1 ? startIndex - 1 : endIndex + 1;
    const next = nextEntry(shown ?? beside, { by, total }, rowAt);
    if (next === null) return;
    isStep.current = true;
    onGo(next);
  };
  const group = "Transcript";
  useCommands([
    { id: "entry.next", isMove: true, title: "Next entry", group, keys: "j", run: () => go(1) },
    {
      id: "entry.before",
      isMove: true,
      title: "Entry before",
      group,
      keys: "k",
      run: () => go(-1),
    },
  ]);
  return shown;
}
