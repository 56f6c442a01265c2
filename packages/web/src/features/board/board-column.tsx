/** A column of the board: only the tasks in sight are in the page, however many there are. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { classNames } from "../../ui/class-names.ts";
import type { Roving } from "../../ui/roving.ts";
import { BoardCard } from "./board-card.tsx";
import type { BoardList } from "./board-tasks.ts";

/** Until it is measured: where the text is larger than usual, it is higher. */
const CARD_PX = 76;
const OVERSCAN = 6;

type BoardColumnProps = {
  readonly word: string;
  readonly list: BoardList;
  readonly roving: Roving;
  /** Takes what brings the card of an index into sight. */
  readonly onReveal: (reveal: (index: number) => void) => void;
  /** On a narrow screen one column is shown. */
  readonly isChosen: boolean;
};

export function BoardColumnView({ word, list, roving, onReveal, isChosen }: BoardColumnProps) {
  const { runs, isMore, more } = list;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- the page is built without React Compiler
  const virtual = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_PX,
    getItemKey: (index) => runs[index]?.id ?? index,
    overscan: OVERSCAN,
  });
  useEffect(() => {
    onReveal((index) => virtual.scrollToIndex(index));
  });
  const items = virtual.getVirtualItems();
  const isAtEnd = (items.at(-1)?.index ?? -1) >= runs.length - 1;
  useEffect(() => {
    if (isAtEnd && isMore) more();
  }, [isAtEnd, isMore, more]);
  return (
    <section
      aria-label={word}
      className={classNames(
        "flex min-h-0 min-w-0 flex-1 flex-col border-e border-line last:border-e-0",
        !isChosen && "max-md:hidden",
      )}
    >
      <h2 className="flex min-h-9 items-center gap-2 border-b border-line px-3 font-strong max-md:hidden">
        {word}
        <span className="font-normal text-muted">
          {runs.length}
          {isMore && "+"}
        </span>
      </h2>
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
        {runs.length === 0 && <p className="p-3 text-muted">No task here.</p>}
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const run = runs[index];
            return run === undefined ? null : (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                aria-setsize={isMore ? -1 : runs.length}
                aria-posinset={index + 1}
                className="absolute inset-x-0 top-0 grid min-h-19 grid-cols-[minmax(0,1fr)]"
                style={{ transform: `translateY(${start}px)` }}
              >
                <BoardCard run={run} roving={roving} />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}
