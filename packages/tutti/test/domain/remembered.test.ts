/** Answers that hold for later questions, and answers to questions whose process is gone. */
import type { PermissionOption } from "@tutti/protocol";
import { expect, test } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { playTo } from "./play.ts";
import { apply, newWorld, settle, type World } from "./world.ts";

const SYSTEM = { kind: "system", part: "agents" } as const;
const PERSON = { kind: "person", id: "ada" } as const;
const OPTIONS: PermissionOption[] = [
  { id: "yes", name: "Yes", kind: "allow_once" },
  { id: "ever", name: "Always", kind: "allow_always" },
  { id: "no", name: "No", kind: "reject_once" },
];
const FACTS = { tool: "execute" as const, paths: [], command: "npm test" };

const ask = (world: World, permission: string) => {
  const turn = playTo(world, "agent.turn");
  const question = { title: "Run the tests", detail: "", options: OPTIONS, facts: FACTS };
  apply(world, { kind: "permission.ask", permission, effect: turn.id, ...question }, SYSTEM);
  return turn;
};
/** `given`: the option, and how long it is to hold: `yes run`. */
const answer = (world: World, permission: string, given: string) => {
  const [option = "", remember] = given.split(" ");
  const isKept = remember === "run" || remember === "project";
  const command = { kind: "permission.answer", permission, option } as const;
  return apply(world, isKept ? { ...command, remember } : command, PERSON);
};
const open = (world: World): string[] => world.state.permissions.map(({ id }) => id);

test("an answer that is to be remembered holds from then on", () => {
  const world = newWorld();
  ask(world, "q-1");
  expect(answer(world, "q-1", "yes run")).toBeNull();
  expect(open(world)).toEqual([]);
  expect(world.state.remembered).toMatchObject([
    { title: "Run the tests", facts: FACTS, answer: "allow", by: "ada", about: null },
  ]);
});

test("what the agent would remember is remembered by the run as well, a plain answer is not", () => {
  const world = newWorld();
  ask(world, "q-1");
  ask(world, "q-2");
  answer(world, "q-1", "no");
  expect(world.state.remembered).toEqual([]);
  answer(world, "q-2", "ever");
  expect(world.state.remembered).toHaveLength(1);
});

test("an answer to a question whose process is gone holds for the next attempt", () => {
  const world = newWorld();
  const turn = ask(world, "q-1");
  settle(world, turn, { kind: "interrupted", reason: "the daemon was stopped" });
  expect(attention(world.state)).toEqual([]);
  expect(answer(world, "q-1", "no")).toBeNull();
  const { step } = turn.payload;
  expect(world.state.remembered).toMatchObject([{ answer: "deny", about: { step, attempt: 2 } }]);
  // Answered once: it is no question any more.
  expect(answer(world, "q-1", "yes")).toBe("permission.unknown");
});

test("when the next attempt asks the same already, the late answer is its answer", () => {
  const world = newWorld();
  const turn = ask(world, "q-1");
  settle(world, turn, { kind: "interrupted", reason: "the daemon was stopped" });
  ask(world, "q-2");
  expect(answer(world, "q-1", "yes")).toBeNull();
  expect(open(world)).toEqual([]);
  expect(world.state.remembered).toEqual([]);
});

test("an answer that was never offered is refused, also to a question that is gone", () => {
  const world = newWorld();
  const turn = ask(world, "q-1");
  expect(answer(world, "q-1", "maybe")).toBe("usage");
  settle(world, turn, { kind: "interrupted", reason: "the daemon was stopped" });
  expect(answer(world, "q-1", "maybe")).toBe("usage");
  expect(world.state.remembered).toEqual([]);
});
