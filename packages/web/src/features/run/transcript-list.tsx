/** One session, however long: only what is near the window is on the page. It follows the end until a reader looks up. */
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../../api/live-context.tsx";
import { useSelected, useStore } from "../../api/store.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { Failed } from "../../ui/notice.tsx";
import { useFlight } from "../../ui/use-flight.ts";
import { openTranscript, PAGE, type Pages } from "./transcript-pages.ts";
import { TranscriptRow } from "./transcript-row.tsx";
import { type Elsewhere, type Row, rowsOf, toolsAcross } from "./transcript-rows.ts";

const ROW_ESTIMATE_PX = 26;
const OVERSCAN = 4;
/** So near the end a reader is taken to be at it. */
const END_PX = 48;

export function TranscriptList({ session }: { readonly session: string }) {
  const transcript = useMemo(() => openTranscript(session), [session]);
  useEffect(() => () => transcript.close(), [transcript]);
  const pages = useStore(transcript.state);
  const grown = useSelected(useLive().activity, (sessions) => sessions[session]?.total ?? 0);
  useEffect(() => transcript.grow(grown), [transcript, grown]);
  if (pages.problem !== null && pages.total === 0) return <Failed error={pages.problem} />;
  return <Rows pages={pages} onShow={transcript.show} />;
}

type Made = { readonly told: string; readonly rows: readonly (Row | null)[] };

/** Same text, same rows: news of a page's tools in other pages. */
const toldOf = ({ begun, news }: Elsewhere): string =>
  JSON.stringify([
    [...begun],
    [...news.values()].map(({ id, at, status, detail }) => [id, at, status, detail.length]),
  ]);

const useRows = (pages: Pages): ((index: number) => Row | null | undefined) => {
  const made = useRef(new WeakMap<object, Made>());
  const across = useMemo(() => toolsAcross(pages.pages), [pages.pages]);
  return (index) => {
    const number = Math.floor(index / PAGE);
    const page = pages.pages.get(number);
    const elsewhere = across.get(number);
    if (page === undefined || elsewhere === undefined) return undefined;
    const told = toldOf(elsewhere);
    const known = made.current.get(page);
    const rows = known?.told === told ? known.rows : rowsOf(page, elsewhere);
    made.current.set(page, { told, rows });
    return rows[index % PAGE];
  };
};

type RowsProps = { readonly pages: Pages; readonly onShow: (first: number, last: number) => void };

/** Whether the list stays at its end: until a reader looks up, and again from where he is back at it. */
function useFollowing(scroller: RefObject<HTMLDivElement | null>) {
  const [isFollowing, setFollowing] = useState(true);
  /** A person holds its scrollbar, of which nothing is heard but that it scrolls. */
  const isHeld = useRef(false);
  const isAtEnd = (): boolean => {
    const element = scroller.current;
    if (element === null) return true;
    return element.scrollHeight - element.scrollTop - element.clientHeight <= END_PX;
  };
  /** A person moved it; what the list does itself is no reason to let go. */
  const moved = (): void => {
    if (!isAtEnd()) setFollowing(false);
  };
  const scrolled = (): void => {
    if (isAtEnd()) setFollowing(true);
    else if (isHeld.current) setFollowing(false);
  };
  return {
    isFollowing,
    follow: () => setFollowing(true),
    by: {
      onScroll: scrolled,
      onWheel: moved,
      onTouchMove: moved,
      onKeyUp: moved,
      // The scrollbar is a part of the list itself, the rows are not.
      onPointerDown: ({ target, currentTarget }: PointerEvent<HTMLDivElement>) => {
        isHeld.current = target === currentTarget;
      },
      onPointerMove: ({ buttons }: PointerEvent<HTMLDivElement>) => {
        if (buttons === 0) isHeld.current = false;
      },
    },
  };
}

function Rows({ pages, onShow }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { isFollowing, follow, by } = useFollowing(scroller);
  const { isFlying, watch } = useFlight();
  const rowAt = useRows(pages);
  // oxlint-disable-next-line react/incompatible-library -- the page is built without React Compiler
  const virtualizer = useVirtualizer({
    count: pages.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_ESTIMATE_PX,
    overscan: isFlying ? 0 : OVERSCAN,
  });
  const { range, isScrolling } = virtualizer;
  watch({ first: range?.startIndex ?? 0, last: range?.endIndex ?? -1, isScrolling });
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => {
    if (!isFlying) onShow(first, last);
  }, [onShow, isFlying, first, last, pages.total]);
  // A row that gets its height later moves the end as a new one does.
  const size = virtualizer.getTotalSize();
  useEffect(() => {
    if (isFollowing && pages.total > 0)
      virtualizer.scrollToIndex(pages.total - 1, { align: "end" });
  }, [isFollowing, pages, size, virtualizer]);
  useCommands([
    {
      id: "transcript.end",
      title: "Follow the end",
      group: "Transcript",
      keys: "g e",
      run: follow,
    },
  ]);
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Transcript"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else the keyboard cannot scroll it
        tabIndex={0}
        className="h-full overflow-auto [overflow-anchor:none]"
        {...by}
      >
        <Placed virtualizer={virtualizer} rowAt={rowAt} isFlying={isFlying} />
      </div>
      {!isFollowing && (
        <div className="absolute right-4 bottom-3">
          <Button onClick={follow} shortcut="g e">
            Follow the end
          </Button>
        </div>
      )}
    </div>
  );
}

type PlacedProps = {
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>;
  readonly rowAt: (index: number) => Row | null | undefined;
  readonly isFlying: boolean;
};

/** What flies past is neither measured nor made anew: it is written into the places that are there. */
function Placed({ virtualizer, rowAt, isFlying }: PlacedProps) {
  const items = virtualizer.getVirtualItems();
  return (
    <div style={{ height: virtualizer.getTotalSize() }}>
      <div className="relative" style={{ top: items[0]?.start ?? 0 }}>
        {items.map(({ index, key }, place) => (
          <div
            key={isFlying ? `place ${place}` : key}
            ref={isFlying ? undefined : virtualizer.measureElement}
            data-index={index}
          >
            <Slot row={rowAt(index)} isFlying={isFlying} />
          </div>
        ))}
      </div>
    </div>
  );
}

type SlotProps = { readonly row: Row | null | undefined; readonly isFlying: boolean };

/** What is not read yet keeps its place; what another row shows has none. */
function Slot({ row, isFlying }: SlotProps) {
  if (row === undefined) return <div className="h-6.5" />;
  return row === null ? null : <TranscriptRow row={row} isFlying={isFlying} />;
}
