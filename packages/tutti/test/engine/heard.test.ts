/** When a working agent was heard last, over a real store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { turnSession } from "../../src/engine/perform/context.ts";
import { heardAt } from "../../src/engine/reads.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { playTo } from "../domain/play.ts";
import { newWorld } from "../domain/world.ts";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-heard-"));
  store = openSqliteStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

it("a turn that has not begun was not heard, whatever sessions of earlier turns say", () => {
  const { state } = newWorld();
  store.transcript.append(`${state.id}/spec/7`, [{ kind: "note", at: 5, text: "long ago" }]);
  expect(heardAt(store, state)).toBeNull();
});

it("a turn under way was heard when its own session was written last", () => {
  const world = newWorld();
  const { payload } = playTo(world, "agent.turn");
  const { state } = world;
  const session = turnSession(state, payload);
  expect(session).toBe(`${state.id}/spec/1`);
  store.transcript.append(`${state.id}/spec/7`, [{ kind: "note", at: 9, text: "another" }]);
  expect(heardAt(store, state)).toBeNull();
  store.transcript.append(session, [{ kind: "note", at: 7, text: "now" }]);
  expect(heardAt(store, state)).toBe(7);
});
