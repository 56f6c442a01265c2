/** The graph of a workflow: what is drawn, where it lies, and where arrow keys lead. */
import { StepView } from "@tutti/protocol";
import { expect, it } from "vitest";
import { boxesOf } from "../src/features/run/graph/boxes.ts";
import { directionOf, stepTowards } from "../src/features/run/graph/graph-moves.ts";
import { BOX_WIDTH, layoutOf, type Layout } from "../src/features/run/graph/layout.ts";

type Facts = {
  readonly id: string;
  readonly needs?: readonly string[];
  readonly back?: { readonly to: string; readonly rounds: number };
  readonly outcome?: string;
};

const step = ({ id, needs = [], back, outcome = "pending" }: Facts): StepView =>
  StepView.parse({
    id,
    kind: back === undefined ? "agent" : "checks",
    stage: null,
    outcome,
    attempts: 0,
    agent: null,
    detail: "",
    usage: null,
    history: [],
    needs,
    sendsBack: back === undefined ? null : { ...back, limit: 3 },
    judges: [],
  });

const STEPS: readonly StepView[] = [
  { id: "plan", outcome: "passed" },
  { id: "build[P1]", needs: ["plan"] },
  { id: "build[P2]", needs: ["build[P1]"] },
  { id: "build[fix-1]", needs: ["build[P1]", "build[P2]"] },
  { id: "lint", needs: ["build[P1]", "build[P2]", "build[fix-1]"] },
  {
    id: "test",
    needs: ["build[P1]", "build[P2]", "build[fix-1]"],
    back: { to: "build[fix-1]", rounds: 1 },
  },
  { id: "review", needs: ["plan", "lint", "test"], back: { to: "build[fix-1]", rounds: 0 } },
  { id: "notes", needs: ["plan"] },
  { id: "merge", needs: ["review", "notes"] },
].map((facts) => step(facts));

const layout = layoutOf(boxesOf(STEPS));

const boxIn = ({ boxes }: Layout, id: string) => {
  const found = boxes.find(({ box }) => box.id === id);
  if (found === undefined) throw new Error(`no box ${id}`);
  return found;
};

it("a step is one box with its parts, and a box lies below all that it waits for", () => {
  expect(boxIn(layout, "build").box.steps.map(({ id }) => id)).toEqual([
    "build[P1]",
    "build[P2]",
    "build[fix-1]",
  ]);
  for (const { box, y } of layout.boxes)
    for (const need of box.needs) {
      const above = boxIn(layout, need);
      expect(above.y + above.height).toBeLessThan(y);
    }
});

it("no two boxes lie over each other, and all lie inside the picture", () => {
  for (const [index, one] of layout.boxes.entries()) {
    expect(one.x + BOX_WIDTH).toBeLessThanOrEqual(layout.width);
    expect(one.y + one.height).toBeLessThanOrEqual(layout.height);
    for (const other of layout.boxes.slice(index + 1)) {
      const isBeside = one.x + BOX_WIDTH <= other.x || other.x + BOX_WIDTH <= one.x;
      const isBelow = one.y + one.height <= other.y || other.y + other.height <= one.y;
      expect(isBeside || isBelow).toBe(true);
    }
  }
});

it("an edge that a longer way stands for is not drawn, and an edge within a box neither", () => {
  const drawn = layout.edges
    .filter(({ kind }) => kind === "needs")
    .map(({ from, to }) => `${from} → ${to}`);
  expect(drawn.toSorted()).toEqual([
    "build → lint",
    "build → test",
    "lint → review",
    "notes → merge",
    "plan → build",
    "plan → notes",
    "review → merge",
    "test → review",
  ]);
});

it("an edge down over several layers passes no box on its way", () => {
  const edge = layout.edges.find(({ from, to }) => from === "notes" && to === "merge");
  const points = [...(edge?.path ?? "").matchAll(/[CL] .*?(?<x>[\d.]+) (?<y>[\d.]+)(?= [CL]|$)/gu)];
  expect(points.length).toBeGreaterThan(1);
  for (const { groups } of points.slice(0, -1)) {
    const [x, y] = [Number(groups?.["x"]), Number(groups?.["y"])];
    for (const box of layout.boxes) {
      const isIn = x > box.x && x < box.x + BOX_WIDTH && y > box.y && y < box.y + box.height;
      expect(isIn).toBe(false);
    }
  }
});

it("edges tell what was gone: a step that passed, work that was sent back", () => {
  const taken = layout.edges.filter(({ isTaken }) => isTaken);
  expect(taken.map(({ kind, from, to }) => `${kind} ${from} ${to}`).toSorted()).toEqual([
    "back test build",
    "needs plan build",
    "needs plan notes",
  ]);
});

const go = (from: string, ...keys: readonly string[]): string | null =>
  keys.reduce<string | null>((at, key) => {
    const direction = directionOf(key);
    return at === null || direction === null ? at : stepTowards(layout, at, direction);
  }, from);

it("arrow keys go along the edges, through the parts of a box, and back to where work is sent", () => {
  expect(go("plan", "ArrowDown")).toBe("build[P1]");
  expect(go("plan", "ArrowDown", "ArrowDown", "ArrowDown")).toBe("build[fix-1]");
  expect(go("build[fix-1]", "ArrowDown")).toBe("lint");
  expect(go("lint", "ArrowRight")).toBe("test");
  expect(go("review", "ArrowRight")).toBe("build[fix-1]");
  expect(go("review", "ArrowUp", "ArrowUp")).toBe("build[fix-1]");
  expect(go("plan", "ArrowUp")).toBeNull();
  expect(directionOf("j")).toBeNull();
});

it("a workflow of one step is a picture too", () => {
  const one = layoutOf(boxesOf([step({ id: "merge" })]));
  expect(one.boxes).toHaveLength(1);
  expect(one.edges).toEqual([]);
});
