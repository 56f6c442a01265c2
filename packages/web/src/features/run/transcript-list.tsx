/** One session, however long: only what is near the window is on the page. It follows the end until a reader looks up. */
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import {
  type PointerEvent,
  type RefObject,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
} from "react";
import { useLive } from "../../api/live-context.tsx";
import { useSelected, useStore } from "../../api/store.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { Failed, Missing } from "../../ui/notice.tsx";
import { useFlight } from "../../ui/use-flight.ts";
import { type Place, usePlace } from "../../ui/use-place.ts";
import { openTranscript, PAGE, type Pages } from "./transcript-pages.ts";
import { TranscriptRow } from "./transcript-row.tsx";
import { type Elsewhere, type Row, rowsOf, toolsAcross } from "./transcript-rows.ts";
import { type RowAt, useEntry } from "./use-entry.ts";

const ROW_ESTIMATE_PX = 26;
const OVERSCAN = 4;
/** So near the end a reader is taken to be at it. */
const END_PX = 48;

type ListProps = {
  readonly session: string;
  /** Position of the entry that the address names. */
  readonly at: number | undefined;
  /** Undefined: to none. */
  readonly onGo: (entry: number | undefined) => void;
  readonly onCopy: (entry: number) => void;
};

export function TranscriptList({ session, ...props }: ListProps) {
  const transcript = useMemo(() => openTranscript(session), [session]);
  useEffect(() => () => transcript.close(), [transcript]);
  const pages = useStore(transcript.state);
  const grown = useSelected(useLive().activity, (sessions) => sessions[session]?.total ?? 0);
  useEffect(() => transcript.grow(grown), [transcript, grown]);
  if (pages.problem !== null && pages.total === 0) return <Failed error={pages.problem} />;
  return <Rows pages={pages} onShow={transcript.show} {...props} />;
}

type Made = { readonly told: string; readonly rows: readonly (Row | null)[] };

/** Same text, same rows: news of a page's tools in other pages. */
const toldOf = ({ begun, news }: Elsewhere): string =>
  JSON.stringify([
    [...begun],
    [...news.values()].map(({ id, at, status, detail }) => [id, at, status, detail.length]),
  ]);

const useRows = (pages: Pages): RowAt => {
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

type RowsProps = Omit<ListProps, "session"> & {
  readonly pages: Pages;
  readonly onShow: (first: number, last: number) => void;
};

/** Whether the list stays at its end: until a reader looks up, and again from where he is back at it. */
function useFollowing(scroller: RefObject<HTMLDivElement | null>, isAtFirst: boolean) {
  const [isFollowing, setFollowing] = useState(isAtFirst);
  /** A person holds its scrollbar, of which nothing is heard but that it scrolls. */
  const isHeld = useRef(false);
  const isAtEnd = (): boolean => {
    const element = scroller.current;
    if (element === null) return true;
    return element.scrollHeight - element.scrollTop - element.clientHeight <= END_PX;
  };
  /** A person turned to it, and what it scrolls next is by them; what the list does itself is no reason to let go. */
  const isByHand = useRef(false);
  const scrolled = (): void => {
    if (isAtEnd()) setFollowing(true);
    else if (isHeld.current || isByHand.current) setFollowing(false);
  };
  const moved = (): void => {
    isByHand.current = true;
    if (!isAtEnd()) setFollowing(false);
  };
  return {
    isFollowing,
    follow: () => setFollowing(true),
    letGo: () => setFollowing(false),
    /** It is the list that moves now. */
    stays: () => {
      isByHand.current = false;
    },
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

type List = Virtualizer<HTMLDivElement, Element>;

type Staying = { readonly isFollowing: boolean; readonly stays: () => void };

/** At its end, while it follows. */
function useStaying(virtualizer: List, pages: Pages, { isFollowing, stays }: Staying): void {
  "use no memo"; // the virtualizer changes under the hands of a compiler that would remember it
  // A row that gets its height later moves the end as a new one does.
  const size = virtualizer.getTotalSize();
  const move = useEffectEvent(stays);
  useEffect(() => {
    if (!isFollowing || pages.total === 0 || size === 0) return;
    move();
    virtualizer.scrollToIndex(pages.total - 1, { align: "end" });
  }, [isFollowing, pages, size, virtualizer]);
}

function Rows({ pages, onShow, at, onGo, onCopy }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { isFollowing, follow, letGo, stays, by } = useFollowing(scroller, at === undefined);
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
  useStaying(virtualizer, pages, { isFollowing, stays });
  const looked = useEntry({ at, total: pages.total, rowAt, virtualizer, onGo, letGo });
  const toEnd = (): void => {
    onGo(undefined);
    follow();
  };
  useCommands([
    { id: "transcript.end", title: "Follow the end", group: "Transcript", keys: "g e", run: toEnd },
  ]);
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {looked === null && <NoEntry at={at} total={pages.total} />}
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Transcript"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else the keyboard cannot scroll it
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto [overflow-anchor:none]"
        {...by}
      >
        <Placed {...{ virtualizer, rowAt, isFlying, looked, onCopy }} />
      </div>
      {!isFollowing && (
        <div className="absolute right-4 bottom-3">
          <Button onClick={toEnd} shortcut="g e">
            Follow the end
          </Button>
        </div>
      )}
    </div>
  );
}

/** Only once it is known how many there are. */
function NoEntry({ at, total }: { readonly at: number | undefined; readonly total: number }) {
  if (at === undefined || total === 0) return null;
  return (
    <Missing>
      Entry {at}, which the link names, is not in this transcript. Its last one is {total - 1}.
    </Missing>
  );
}

type PlacedProps = {
  readonly virtualizer: List;
  readonly rowAt: RowAt;
  readonly isFlying: boolean;
  /** Position of the row that is looked at. */
  readonly looked: number | null;
  readonly onCopy: (entry: number) => void;
};

/** The list brings the row into its window itself. */
const BROUGHT = (): void => {};

/** What flies past is neither measured nor made anew: it is written into the places that are there. */
function Placed({ virtualizer, rowAt, isFlying, looked, onCopy }: PlacedProps) {
  const items = virtualizer.getVirtualItems();
  const placeOf = usePlace(looked === null ? undefined : String(looked), BROUGHT);
  return (
    <div style={{ height: virtualizer.getTotalSize() }}>
      <div className="relative" style={{ top: items[0]?.start ?? 0 }}>
        {items.map(({ index, key }, place) => (
          <div
            key={isFlying ? `place ${place}` : key}
            ref={isFlying ? undefined : virtualizer.measureElement}
            data-index={index}
          >
            <Slot
              row={rowAt(index)}
              isFlying={isFlying}
              place={isFlying ? null : placeOf(String(index))}
              onCopy={() => onCopy(index)}
            />
          </div>
        ))}
      </div>
    </div>
  );
}

type SlotProps = {
  readonly row: Row | null | undefined;
  readonly isFlying: boolean;
  readonly place: Place | null;
  readonly onCopy: () => void;
};

/** What is not read yet keeps its place; what another row shows has none. */
function Slot({ row, isFlying, place, onCopy }: SlotProps) {
  if (row === undefined) return <div className="h-6.5" />;
  if (row === null) return null;
  if (isFlying) return <TranscriptRow row={row} isFlying />;
  return (
    <div {...place} className="group/entry relative -outline-offset-2 aria-[current]:bg-selected">
      <TranscriptRow row={row} isFlying={false} />
      <Button
        emphasis="quiet"
        className="absolute end-2 top-0 hidden! bg-surface! group-hover/entry:flex! group-aria-[current]/entry:flex!"
        onClick={onCopy}
      >
        Copy link
      </Button>
    </div>
  );
}
