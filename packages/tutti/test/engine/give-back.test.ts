import type { Actor } from "@tutti/protocol";
import { expect, it } from "vitest";
import { endWhatWrites } from "../../src/engine/give-back.ts";
import { playTo, settleWell } from "../domain/play.ts";
import { apply, newWorld } from "../domain/world.ts";

const KIM: Actor = { kind: "person", id: "kim" };
const REQUEST = { key: "k-1", fingerprint: "f" };

/** A run whose workspace a person has, with a terminal that writes it. */
const taken = () => {
  const world = newWorld();
  settleWell(world, playTo(world, "workspace.prepare"));
  world.state = { ...world.state, takenBy: "kim" };
  apply(world, { kind: "terminal.open", terminal: "t-aaaaaa" }, KIM);
  return world;
};

/** What is ended when the workspace of this state is to be given back. */
const endedBy = async (
  state: ReturnType<typeof taken>["state"],
  known: string | null = null,
): Promise<readonly string[]> => {
  const ended: string[] = [];
  const parts = {
    terminals: {
      endOf: async (run: string, { reason, only }: { reason: string; only?: string }) => {
        ended.push(`${run} ${reason} ${only}`);
      },
    },
    store: {
      request: (key: string) =>
        key === known ? { fingerprint: "f", run: state.id, version: 1 } : null,
    },
    now: 1,
  };
  await endWhatWrites(parts, { state, actor: KIM, request: REQUEST });
  return ended;
};

it("what writes the workspace ends before it is given back", async () => {
  const { state } = taken();
  expect(state.terminals).toMatchObject([{ access: "writable" }]);
  expect(await endedBy(state)).toEqual([`${state.id} given writable`]);
});

it("nothing ends where giving it back is refused, or was answered before", async () => {
  const world = taken();
  expect(await endedBy({ ...world.state, takenBy: null })).toEqual([]);
  expect(await endedBy(world.state, REQUEST.key)).toEqual([]);
  apply(world, { kind: "run.cancel", reason: "enough" }, KIM);
  expect(world.state.terminals).toHaveLength(1);
  expect(await endedBy(world.state)).toEqual([]);
});
