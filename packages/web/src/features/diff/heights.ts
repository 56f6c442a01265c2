/** How high a row will be, before it exists: lines are in a fixed-width font and break at any character. */
import { type RefObject, useLayoutEffect, useState } from "react";
import { MAX_SHOWN_CHARS } from "./line.tsx";
import type { FilePatch } from "./patch.ts";
import type { ReviewFile, Row } from "./rows.ts";

const LINE_PX = 20;
const HUNK_PX = 28;
const FILE_PX = 36;
const NOTE_PX = 28;
const COMMENT_PX = 120;
const WRITER_PX = 170;
/** Characters of both numbers and the sign, of one number and the sign. */
const GUTTER = { unified: 14, split: 8 } as const;

export type Columns = {
  readonly unified: number;
  readonly split: number;
  /** How much larger the text is than usual: rows are as much higher. */
  readonly scale: number;
};

const WIDE: Columns = { unified: 120, split: 60, scale: 1 };
const LEAST = 10;
/** Fewer characters than this, and the head of a hunk may need more than one line. */
const NARROW = 100;

export const isNarrowFor = ({ unified }: Columns): boolean => unified < NARROW;

/** Characters that a line has room for; anew when the width of the list or the size of its text changes. */
export function useColumns(box: RefObject<HTMLElement | null>): Columns {
  const [columns, setColumns] = useState(WIDE);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const probe = probeIn(element);
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      const char = probe.getBoundingClientRect().width / PROBE || 1;
      const fit = (px: number, gutter: number) => Math.max(LEAST, Math.floor(px / char) - gutter);
      setColumns((before) => {
        const next = {
          unified: fit(width, GUTTER.unified),
          split: fit((width - 1) / 2, GUTTER.split),
          scale: probe.getBoundingClientRect().height / LINE_PX || 1,
        };
        const isSame =
          next.unified === before.unified &&
          next.split === before.split &&
          next.scale === before.scale;
        return isSame ? before : next;
      });
    });
    observer.observe(element);
    observer.observe(probe);
    return () => {
      observer.disconnect();
      probe.remove();
    };
  }, [box]);
  return columns;
}

const PROBE = 20;

/** A text that nobody sees, as wide and as high as one of the list. */
function probeIn(element: HTMLElement): HTMLElement {
  const probe = document.createElement("span");
  probe.className = "font-mono text-xs leading-5 absolute top-0 left-0 invisible whitespace-pre";
  probe.textContent = "0".repeat(PROBE);
  element.append(probe);
  return probe;
}

export const heightOf = (row: Row, file: ReviewFile | undefined, columns: Columns): number =>
  usualHeight(row, file, columns) * columns.scale;

function usualHeight(row: Row, file: ReviewFile | undefined, columns: Columns): number {
  switch (row.kind) {
    case "file":
      return FILE_PX;
    case "wanted":
      return Math.max(1, row.lines) * LINE_PX;
    case "note":
      return NOTE_PX;
    case "hunk":
      return HUNK_PX;
    case "comment":
      return COMMENT_PX;
    case "writing":
      return WRITER_PX;
    case "line":
    case "pair": {
      const patch = file?.loaded.kind === "read" ? file.loaded.patch : null;
      return patch === null ? LINE_PX : linesHigh(row, patch, columns) * LINE_PX;
    }
    default:
      return row satisfies never;
  }
}

function linesHigh(
  row: Extract<Row, { kind: "line" | "pair" }>,
  patch: FilePatch,
  { unified, split }: Columns,
): number {
  const high = (index: number, room: number): number => {
    if (index === -1) return 1;
    const length = Math.min(patch.lengthAt(index), MAX_SHOWN_CHARS);
    return Math.max(1, Math.ceil(length / room));
  };
  if (row.kind === "line") return high(row.index, unified);
  return Math.max(high(row.pair.left, split), high(row.pair.right, split));
}
