/** One session, however long: only what is near the window is on the page. It follows the end until a reader looks up. */
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../../api/live-context.tsx";
import { useSelected, useStore } from "../../api/store.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Button } from "../../ui/button.tsx";
import { Failed } from "../../ui/notice.tsx";
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
  const below = (): number => {
    const element = scroller.current;
    return element === null ? 0 : element.scrollHeight - element.scrollTop - element.clientHeight;
  };
  return {
    isFollowing,
    follow: () => setFollowing(true),
    /** A person moved it; what the list does itself is no reason to let go. */
    moved: () => {
      if (below() > END_PX) setFollowing(false);
    },
    scrolled: () => {
      if (below() <= END_PX) setFollowing(true);
    },
  };
}

function Rows({ pages, onShow }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { isFollowing, follow, moved, scrolled } = useFollowing(scroller);
  const rowAt = useRows(pages);
  // oxlint-disable-next-line react/incompatible-library -- the page is built without React Compiler
  const virtualizer = useVirtualizer({
    count: pages.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_ESTIMATE_PX,
    overscan: OVERSCAN,
  });
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => onShow(first, last), [onShow, first, last, pages.total]);
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
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- looked at, not acted on */}
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Transcript"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else the keyboard cannot scroll it
        tabIndex={0}
        className="h-full overflow-auto"
        onWheel={moved}
        onTouchMove={moved}
        onKeyUp={moved}
        onScroll={scrolled}
      >
        <Placed virtualizer={virtualizer} rowAt={rowAt} />
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
};

const Placed = ({ virtualizer, rowAt }: PlacedProps) => (
  <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
    {virtualizer.getVirtualItems().map(({ index, key, start }) => (
      <div
        key={key}
        ref={virtualizer.measureElement}
        data-index={index}
        className="absolute inset-x-0 top-0"
        style={{ transform: `translateY(${start}px)` }}
      >
        <Slot row={rowAt(index)} />
      </div>
    ))}
  </div>
);

/** What is not read yet keeps its place; what another row shows has none. */
function Slot({ row }: { readonly row: Row | null | undefined }) {
  if (row === undefined) return <div className="h-6.5" />;
  return row === null ? null : <TranscriptRow row={row} />;
}
