/**
 * Where boxes and edges of the graph lie. Layers from the top: a box is below all that it needs. An
 * edge over several layers gets a narrow place in each of them, so that it passes no box. Work that is
 * sent back goes up at the right of everything, each edge in a lane of its own.
 */
import { type Box } from "./boxes.ts";

export const BOX_WIDTH = 232;
export const INSTANCE_HEIGHT = 24;
/** Of a box without instances; lines of text at the base size. */
const HEAD_HEIGHT = 48;
const NOTE_HEIGHT = 20;
const GAP_X = 20;
const GAP_Y = 30;
const PASSAGE_WIDTH = 12;
const LANE_WIDTH = 14;
const MARGIN = 4;

export type Placed = {
  readonly box: Box;
  readonly layer: number;
  readonly x: number;
  readonly y: number;
  readonly height: number;
};
export type Edge = {
  readonly from: string;
  readonly to: string;
  readonly kind: "back" | "needs";
  /** Work went along it. */
  readonly isTaken: boolean;
  /** Of an SVG path. */
  readonly path: string;
};
export type Layout = {
  readonly boxes: readonly Placed[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
};

type Point = { readonly x: number; readonly y: number };
/** A box, or the place where an edge to the box `to` passes a layer. */
type Cell = { readonly id: string; readonly box: Box | null; readonly above: readonly string[] };

export const isSplit = ({ id, steps }: Box): boolean => steps.some((step) => step.id !== id);

export const noteOf = ({ steps: [first] }: Box): string | null =>
  first === undefined || first.judges.length === 0 ? null : first.judges.join(", ");

const heightOf = (box: Box): number =>
  (isSplit(box) ? INSTANCE_HEIGHT * (box.steps.length + 1) + 4 : HEAD_HEIGHT) +
  (noteOf(box) === null ? 0 : NOTE_HEIGHT);

export function layoutOf(boxes: readonly Box[]): Layout {
  const rows = ordered(cellsOf(boxes));
  const places = placesOf(rows);
  const rowsWidth = Math.max(...rows.map((row) => widthOf(row)));
  const backs = boxes.filter(({ sendsBack }) => sendsBack !== null);
  const placed = boxes.flatMap((box) => places.boxes.get(box.id) ?? []);
  const back = backs.flatMap((box, index) =>
    backEdge(box, { places: places.boxes, lane: rowsWidth + MARGIN + LANE_WIDTH * (index + 1) }),
  );
  return {
    boxes: placed,
    edges: [...boxes.flatMap((box) => needEdges(box, places)), ...back],
    width: rowsWidth + MARGIN * 2 + LANE_WIDTH * (backs.length + 1),
    height: places.height,
  };
}

function layersOf(boxes: readonly Box[]): ReadonlyMap<string, number> {
  const layers = new Map<string, number>();
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const visit = (box: Box): number => {
    const known = layers.get(box.id);
    if (known !== undefined) return known;
    // A ring cannot be: the workflow's parser refuses it. Were there one, it would end here.
    layers.set(box.id, 0);
    const above = box.needs.flatMap((id) => byId.get(id) ?? []).map((need) => visit(need) + 1);
    const layer = Math.max(0, ...above);
    layers.set(box.id, layer);
    return layer;
  };
  for (const box of boxes) visit(box);
  return layers;
}

const passageOf = (from: string, to: string, layer: number): string => `${from}>${to}@${layer}`;

function cellsOf(boxes: readonly Box[]): readonly (readonly Cell[])[] {
  const layers = layersOf(boxes);
  const rows: Cell[][] = Array.from({ length: Math.max(0, ...layers.values()) + 1 }, () => []);
  for (const box of boxes) {
    const layer = layers.get(box.id) ?? 0;
    const above = box.needs.map((from) => {
      let last = from;
      for (let at = (layers.get(from) ?? 0) + 1; at < layer; at += 1) {
        const id = passageOf(from, box.id, at);
        rows[at]?.push({ id, box: null, above: [last] });
        last = id;
      }
      return last;
    });
    rows[layer]?.push({ id: box.id, box, above });
  }
  return rows;
}

/** Cells stand below the middle of what they come from; those at the same place keep their order. */
function ordered(rows: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  const position = new Map<string, number>();
  const weight = ({ above }: Cell): number =>
    above.reduce((sum, id) => sum + (position.get(id) ?? 0), 0) / Math.max(1, above.length);
  return rows.map((row) => {
    const sorted = row.toSorted((a, b) => weight(a) - weight(b));
    for (const [index, { id }] of sorted.entries()) position.set(id, (index + 0.5) / sorted.length);
    return sorted;
  });
}

const cellWidth = ({ box }: Cell): number => (box === null ? PASSAGE_WIDTH : BOX_WIDTH);

const widthOf = (row: readonly Cell[]): number =>
  row.reduce((sum, cell) => sum + cellWidth(cell), 0) + GAP_X * Math.max(0, row.length - 1);

type Places = {
  readonly boxes: ReadonlyMap<string, Placed>;
  /** Top and bottom of what an edge passes: boxes and passages. */
  readonly ends: ReadonlyMap<string, { readonly top: Point; readonly bottom: Point }>;
  readonly height: number;
};

function placesOf(rows: readonly (readonly Cell[])[]): Places {
  const boxes = new Map<string, Placed>();
  const ends = new Map<string, { top: Point; bottom: Point }>();
  const widest = Math.max(...rows.map((row) => widthOf(row)));
  let y = MARGIN;
  for (const [layer, row] of rows.entries()) {
    const height = Math.max(0, ...row.map(({ box }) => (box === null ? 0 : heightOf(box))));
    let x = MARGIN + (widest - widthOf(row)) / 2;
    for (const cell of row) {
      const own = cell.box === null ? height : heightOf(cell.box);
      const middle = x + cellWidth(cell) / 2;
      if (cell.box !== null) boxes.set(cell.id, { box: cell.box, layer, x, y, height: own });
      ends.set(cell.id, { top: { x: middle, y }, bottom: { x: middle, y: y + own } });
      x += cellWidth(cell) + GAP_X;
    }
    y += height + GAP_Y;
  }
  return { boxes, ends, height: y - GAP_Y + MARGIN };
}

function needEdges(box: Box, { boxes, ends }: Places): readonly Edge[] {
  const to = boxes.get(box.id);
  if (to === undefined) return [];
  return box.needs.flatMap((from): readonly Edge[] => {
    const start = boxes.get(from);
    if (start === undefined) return [];
    const between = Array.from({ length: Math.max(0, to.layer - start.layer - 1) }, (_, index) =>
      ends.get(passageOf(from, box.id, start.layer + index + 1)),
    );
    const way = [ends.get(from), ...between, ends.get(box.id)].filter((end) => end !== undefined);
    const isTaken = start.box.steps.every(({ outcome }) => outcome === "passed");
    return [{ from, to: box.id, kind: "needs", isTaken, path: downPath(way) }];
  });
}

function downPath(way: readonly { readonly top: Point; readonly bottom: Point }[]): string {
  const [first, ...rest] = way;
  if (first === undefined) return "";
  const parts = [`M ${first.bottom.x} ${first.bottom.y}`];
  let { bottom: last } = first;
  for (const { top, bottom } of rest) {
    const middle = (last.y + top.y) / 2;
    parts.push(`C ${last.x} ${middle} ${top.x} ${middle} ${top.x} ${top.y}`);
    if (bottom.y > top.y) parts.push(`L ${bottom.x} ${bottom.y}`);
    last = bottom;
  }
  // Into the last box, not through it.
  return parts.slice(0, -1).join(" ");
}

type Back = { readonly places: ReadonlyMap<string, Placed>; readonly lane: number };

/** From the right of a gate, up its lane, into the right of where the work goes. */
function backEdge(box: Box, { places, lane }: Back): readonly Edge[] {
  const from = places.get(box.id);
  const to = box.sendsBack === null ? undefined : places.get(box.sendsBack.to);
  if (from === undefined || to === undefined || box.sendsBack === null) return [];
  const radius = 6;
  const [startX, startY] = [from.x + BOX_WIDTH, from.y + HEAD_HEIGHT / 2];
  // Edges into one box end below each other, as their lanes lie beside each other.
  const [endX, endY] = [to.x + BOX_WIDTH, to.y + HEAD_HEIGHT / 4 + (lane % (LANE_WIDTH * 2)) / 2];
  const path = [
    `M ${startX} ${startY} H ${lane - radius}`,
    `Q ${lane} ${startY} ${lane} ${startY - radius}`,
    `V ${endY + radius}`,
    `Q ${lane} ${endY} ${lane - radius} ${endY}`,
    `H ${endX}`,
  ].join(" ");
  return [{ from: box.id, to: to.box.id, kind: "back", isTaken: box.sendsBack.rounds > 0, path }];
}
