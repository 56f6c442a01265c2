/**
 * The whole review in one scrolling list, of which only what is on screen exists.
 *
 * Why not `@pierre/diffs` 1.6.4: scrolled in Chromium through 100 000 changed lines, on two cores that had
 * other work too, its CodeView with two workers held the longest frame for 277 to 552 ms, and without
 * workers the page for 45 s at load; this list held it for 92 to 151 ms there (9 ms of the main thread a
 * frame on average, 15 ms side by side, against its 11 to 12 ms). It also brings 400 files of grammars and
 * themes, and its rows lie in shadow roots, away from the page's keys and comments.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
} from "react";
import { useStore } from "../../api/store.ts";
import { coloursArrived, coloursOf } from "./highlight.ts";
import { type Actions, RowView, type Shown } from "./row-view.tsx";
import type { Row, Rows } from "./rows.ts";
import { useFlight } from "../../ui/use-flight.ts";
import { heightOf, isNarrowFor, useColumns } from "./heights.ts";
import type { Work } from "./writers.ts";

const OVERSCAN = 6;

export type ListHandle = {
  readonly show: (index: number) => void;
  readonly focus: () => void;
};

type ListProps = {
  readonly handle: RefObject<ListHandle | null>;
  readonly rows: Rows;
  readonly files: readonly Shown[];
  readonly checkpoints: ReadonlyMap<string, Work>;
  readonly cursor: number | null;
  readonly actions: Actions;
  readonly onMove: (by: number) => void;
  /** Rows that are wanted: on screen or near. */
  readonly onWant: (first: number, last: number) => void;
  /** Rows that came to rest on screen. */
  readonly onSee: (first: number, last: number) => void;
};

export function ReviewList(props: ListProps) {
  const { handle, rows, files, checkpoints, cursor, actions, onMove } = props;
  const box = useRef<HTMLElement>(null);
  const sight = useWindow(box, props);
  const { items, height, isNarrow, isFlying, measure, show } = sight;
  useStore(coloursArrived);
  useImperativeHandle(handle, () => ({
    show,
    focus: () => box.current?.focus({ preventScroll: true }),
  }));
  useTelling(sight, props);

  return (
    // A scrolling region is reached by Tab and takes the arrow keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={box}
      aria-label="Changes"
      data-narrow={isNarrow ? "" : undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={(event) => {
        const by = event.target === event.currentTarget ? arrowOf(event) : null;
        if (by === null) return;
        event.preventDefault();
        onMove(by);
      }}
      className="group/changes relative min-h-0 min-w-0 flex-1 overflow-x-hidden overflow-y-auto [overflow-anchor:none]"
    >
      <div style={{ height }}>
        <div className="relative" style={{ top: items[0]?.start ?? 0 }}>
          {items.map(({ index }) => {
            const { file, row } = rows.at(index);
            const shown = files[file];
            if (shown === undefined) return null;
            const isPlain = isFixed(row, shown, isNarrow);
            return (
              <div
                // What flies past is written into the rows that are there, instead of making others.
                key={isFlying && isPlain ? `${row.kind} ${index - sight.first}` : rows.keyAt(index)}
                data-index={index}
                aria-current={index === cursor ? "location" : undefined}
                ref={isPlain ? undefined : measure}
              >
                <RowView
                  row={row}
                  shown={shown}
                  checkpoints={checkpoints}
                  isCurrent={index === cursor}
                  isFlying={isFlying}
                  actions={actions}
                />
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

type Sight = ReturnType<typeof useWindow>;

/** Tells which rows are wanted and which were seen, and asks for their colours. */
function useTelling(sight: Sight, { rows, files, onWant, onSee }: ListProps): void {
  const { first, last, top, isScrolling, isFlying } = sight;
  useEffect(() => {
    if (last >= first && !isFlying) onWant(first, last);
  }, [first, last, isFlying, onWant]);
  useEffect(() => {
    if (!isScrolling && top !== null) onSee(top.startIndex, top.endIndex);
  }, [top, isScrolling, onSee]);
  useEffect(() => {
    // Lines that only fly past are not worth the work.
    if (!isScrolling) wantColours(rows, files, { first, last });
  }, [first, last, rows, files, isScrolling]);
}

/** Which rows are on screen, and where. */
function useWindow(box: RefObject<HTMLElement | null>, { rows, files }: ListProps) {
  "use no memo"; // the virtualizer changes under the hands of a compiler that would remember it
  const columns = useColumns(box);
  // Another function for other rows or another width: all places are then computed anew.
  const getItemKey = useCallback(
    (index: number) => (columns.unified > 0 ? rows.keyAt(index) : index),
    [rows, columns],
  );
  const { isFlying, watch } = useFlight();
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized over it
  const virtualizer = useVirtualizer({
    count: rows.count,
    getItemKey,
    getScrollElement: () => box.current,
    estimateSize: (index) => {
      const { file, row } = rows.at(index);
      return heightOf(row, files[file], columns);
    },
    overscan: isFlying ? 0 : OVERSCAN,
  });
  const { range, isScrolling } = virtualizer;
  watch({ first: range?.startIndex ?? 0, last: range?.endIndex ?? -1, isScrolling });
  const items = virtualizer.getVirtualItems();
  return {
    items,
    height: virtualizer.getTotalSize(),
    first: items.at(0)?.index ?? 0,
    last: items.at(-1)?.index ?? -1,
    /** Without those beyond the edges. */
    top: range,
    isScrolling,
    isFlying,
    isNarrow: isNarrowFor(columns),
    measure: virtualizer.measureElement,
    show: (index: number) => virtualizer.scrollToIndex(index, { align: "start" }),
  };
}

function arrowOf(event: KeyboardEvent): 1 | -1 | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  if (event.key === "ArrowDown") return 1;
  return event.key === "ArrowUp" ? -1 : null;
}

const PLAIN = /^[\u0020-\u007e]*$/u;

/** The height of lines of plain characters is known; whatever else there is has to be measured. */
function isFixed(row: Row, { loaded }: Shown, isNarrow: boolean): boolean {
  if (row.kind === "wanted") return true;
  if (row.kind === "hunk") return !isNarrow;
  if (loaded.kind !== "read") return false;
  if (row.kind === "line") return PLAIN.test(loaded.patch.lineAt(row.index).text);
  if (row.kind !== "pair") return false;
  return [row.pair.left, row.pair.right].every(
    (index) => index === -1 || PLAIN.test(loaded.patch.lineAt(index).text),
  );
}

/** Colours for the lines on screen, by file. */
function wantColours(
  rows: Rows,
  files: readonly Shown[],
  { first, last }: { readonly first: number; readonly last: number },
): void {
  const ranges = new Map<number, [number, number]>();
  for (let index = first; index <= last; index += 1) {
    const { file, row } = rows.at(index);
    if (row.kind !== "line" && row.kind !== "pair") continue;
    const places = row.kind === "line" ? [row.index] : [row.pair.left, row.pair.right];
    for (const place of places.filter((at) => at !== -1)) {
      const [low, high] = ranges.get(file) ?? [place, place];
      ranges.set(file, [Math.min(low, place), Math.max(high, place)]);
    }
  }
  for (const [file, [low, high]] of ranges) {
    const shown = files[file];
    if (shown?.loaded.kind === "read")
      coloursOf(shown.loaded.patch, shown.file.path).want(low, high);
  }
}
