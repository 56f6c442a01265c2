/** Who writes the workspace from a terminal, and when. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Actor, Command } from "@tutti/protocol";
import { isWriter, stepByKey } from "../../src/domain/steps.ts";
import { playTo, settleWell } from "./play.ts";
import { apply, newWorld, type World } from "./world.ts";

const KIM: Actor = { kind: "person", id: "kim" };
const LEE: Actor = { kind: "person", id: "lee" };
const DESK: Actor = { kind: "system", part: "terminals" };
const AGENT: Actor = { kind: "agent", agent: "alto", family: "openai" };

const opening = (terminal: string): Command => ({ kind: "terminal.open", terminal });
const closing = (terminal: string): Command => ({
  kind: "terminal.close",
  terminal,
  reason: "exited",
  code: 0,
});
const ready = (isolation: "sandbox" | "none" = "sandbox"): World => {
  const world = newWorld();
  settleWell(world, playTo(world, "workspace.prepare"));
  world.state = { ...world.state, policy: { ...world.state.policy, isolation } };
  return world;
};
const accessOf = ({ state }: World, terminal: string) =>
  state.terminals.find(({ id }) => id === terminal)?.access;

type Move = { readonly kind: string; readonly name: string; readonly who: Actor };

const SIMPLE: Readonly<Record<string, Command>> = {
  take: { kind: "workspace.take" },
  give: { kind: "workspace.give" },
  pause: { kind: "run.pause", reason: "a break" },
  resume: { kind: "run.resume" },
};

const play = (world: World, { kind, name, who }: Move): void => {
  const command = SIMPLE[kind];
  const [effect] = Object.values(world.state.effects);
  if (command !== undefined) apply(world, command, who);
  if (kind === "open" && accessOf(world, name) === undefined) apply(world, opening(name), who);
  if (kind === "close") apply(world, closing(name), DESK);
  if (kind === "good" && effect !== undefined) settleWell(world, effect);
};

describe("a terminal in the workspace", () => {
  it("only looks until its person has the workspace, and writes then", () => {
    const world = ready();
    expect(apply(world, opening("t-aaaaaa"), KIM)).toBeNull();
    expect(accessOf(world, "t-aaaaaa")).toBe("read-only");
    world.state = { ...world.state, takenBy: "kim" };
    expect(apply(world, opening("t-bbbbbb"), KIM)).toBeNull();
    expect(apply(world, opening("t-cccccc"), LEE)).toBeNull();
    expect(accessOf(world, "t-bbbbbb")).toBe("writable");
    expect(accessOf(world, "t-cccccc")).toBe("read-only");
    expect(accessOf(world, "t-aaaaaa")).toBe("read-only");
  });

  it("keeps the workspace from being given back while it writes, and not while it only looks", () => {
    const world = ready();
    apply(world, opening("t-aaaaaa"), KIM);
    world.state = { ...world.state, takenBy: "kim" };
    apply(world, opening("t-bbbbbb"), KIM);
    expect(apply(world, { kind: "workspace.give" }, KIM)).toContain("terminal.open");
    expect(apply(world, closing("t-bbbbbb"), DESK)).toBeNull();
    expect(apply(world, { kind: "workspace.give" }, KIM)).toBeNull();
  });

  it("is not opened without a fence where it may only look: nothing would keep it from writing", () => {
    const world = ready("none");
    expect(apply(world, opening("t-aaaaaa"), KIM)).toContain("terminal.unfenced");
    world.state = { ...world.state, takenBy: "kim" };
    expect(apply(world, opening("t-aaaaaa"), KIM)).toBeNull();
  });

  it("is opened and closed by no agent, and by no agent in the name of a person", () => {
    const world = ready();
    expect(apply(world, opening("t-aaaaaa"), AGENT)).toContain("actor.not-allowed");
    expect(apply(world, opening("t-aaaaaa"), DESK)).toContain("actor.not-allowed");
    apply(world, opening("t-aaaaaa"), KIM);
    expect(apply(world, closing("t-aaaaaa"), AGENT)).toContain("actor.not-allowed");
  });

  it("is one of four at most, and is closed once, after the end of its run too", () => {
    const world = ready();
    for (const name of ["a", "b", "c", "d"]) apply(world, opening(`t-${name.repeat(6)}`), KIM);
    expect(apply(world, opening("t-eeeeee"), KIM)).toContain("terminal.too-many");
    apply(world, { kind: "run.cancel", reason: "over" }, KIM);
    expect(apply(world, opening("t-eeeeee"), KIM)).toContain("run.finished");
    for (let time = 0; time < 2; time += 1) apply(world, closing("t-aaaaaa"), DESK);
    const closed = world.events.filter(({ body }) => body.type === "terminal.closed");
    expect(closed).toHaveLength(1);
    expect(world.state.terminals).toHaveLength(3);
  });

  it("never writes while an agent does, whatever is done in whatever order", () => {
    const moves = fc.array(
      fc.record({
        kind: fc.constantFrom("open", "close", "take", "give", "good", "good", "pause", "resume"),
        name: fc.constantFrom("t-aaaaaa", "t-bbbbbb", "t-cccccc"),
        who: fc.constantFrom(KIM, LEE),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(moves, (list) => {
        const world = ready();
        for (const { kind, name, who } of list) {
          play(world, { kind, name, who });
          const { state } = world;
          const writes = state.terminals.some(({ access }) => access === "writable");
          const isAgentAtWork = Object.values(state.steps).some(
            (step) => step.status.kind === "active" && isWriter(stepByKey(state, step.key)),
          );
          expect(writes && (state.takenBy === null || isAgentAtWork)).toBe(false);
        }
      }),
    );
  });
});
