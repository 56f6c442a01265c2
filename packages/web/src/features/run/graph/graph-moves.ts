/** Where an arrow key leads from a step of the graph: along its edges, or to what lies beside it. */
import type { Layout, Placed } from "./layout.ts";

export type Direction = "down" | "left" | "right" | "up";

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
};

export const directionOf = (key: string): Direction | null => DIRECTIONS[key] ?? null;

/** Null where nothing is that way. */
export function stepTowards(layout: Layout, step: string, direction: Direction): string | null {
  const placed = layout.boxes.find(({ box }) => box.steps.some(({ id }) => id === step));
  if (placed === undefined) return null;
  if (direction === "left" || direction === "right") return beside(layout, placed, direction);
  const isDown = direction === "down";
  const own = placed.box.steps.map(({ id }) => id as string);
  const within = own[own.indexOf(step) + (isDown ? 1 : -1)];
  return within ?? along(layout, placed, isDown);
}

function along(layout: Layout, { box }: Placed, isDown: boolean): string | null {
  const edge = layout.edges.find(
    ({ kind, from, to }) => kind === "needs" && (isDown ? from : to) === box.id,
  );
  if (edge === undefined) return null;
  const next = layout.boxes.find((one) => one.box.id === (isDown ? edge.to : edge.from));
  return next?.box.steps.at(isDown ? 0 : -1)?.id ?? null;
}

/** The nearest box of the same layer; at its end, along the edge that work is sent back by. */
function beside(layout: Layout, placed: Placed, side: "left" | "right"): string | null {
  const isRight = side === "right";
  const [nearest] = layout.boxes
    .filter(({ layer, x }) => layer === placed.layer && (isRight ? x > placed.x : x < placed.x))
    .toSorted((a, b) => Math.abs(a.x - placed.x) - Math.abs(b.x - placed.x));
  if (nearest !== undefined) return nearest.box.steps[0]?.id ?? null;
  const edge = layout.edges.find(
    ({ kind, from, to }) => kind === "back" && (isRight ? from : to) === placed.box.id,
  );
  const end = layout.boxes.find(({ box }) => box.id === (isRight ? edge?.to : edge?.from));
  // Work is sent back to the newest repair, the last of its box.
  return end?.box.steps.at(isRight ? -1 : 0)?.id ?? null;
}
