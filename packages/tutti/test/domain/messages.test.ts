/** What is said to an agent waits, is given, or is taken back: by the order of events alone. */
import { EventBody, MessageId, type Command, type RunDocument, StepKey } from "@tutti/protocol";
import { expect, it } from "vitest";
import { replay } from "../../src/domain/fold/evolve.ts";
import { MESSAGES_WAITING_MAX } from "../../src/domain/limits.ts";
import { messagesOf } from "../../src/domain/messages.ts";
import { playTo, settleWell } from "./play.ts";
import { AGENT, CONFIG, PERSON, SPEC_FIRST, WORKER } from "./scene.ts";
import { apply, effects, goodMove, newWorld, settle, type World } from "./world.ts";

const CUT = { kind: "interrupted", reason: "daemon restarted" } as const;

const key = (step: string): StepKey => StepKey.parse(step);
const id = (message: string): MessageId => MessageId.parse(message);

const say = (world: World, text: string, step = "spec"): string | null =>
  apply(world, { kind: "turn.message", step: key(step), text, interrupts: false }, PERSON);
const unsay = (world: World, message: string): string | null =>
  apply(world, { kind: "message.withdraw", message: id(message) }, PERSON);
const give = (world: World, { opens = false } = {}): string | null => {
  const effect = playTo(world, "agent.turn").id;
  return apply(world, { kind: "message.give", effect, opens }, WORKER);
};

const states = ({ state }: { readonly state: RunDocument }): string[] =>
  messagesOf(state).map(({ message }) => `${message.id} ${message.state.kind}`);

/** The planner of `spec` works. */
const atWork = (): World => {
  const world = newWorld();
  playTo(world, "agent.turn");
  return world;
};

/** What is stored says the same as what is in memory. */
const expectStored = (world: World): void => {
  const stored = world.events.map(({ body, at }) => ({ body: EventBody.parse(body), at }));
  expect(replay(stored)).toEqual(world.state);
};

it("a message waits under an id of its own, and is given to the turn that takes it", () => {
  const world = atWork();
  say(world, "keep the flag");
  say(world, "and its name");
  expect(states(world)).toEqual(["M1 waiting", "M2 waiting"]);
  expect(give(world)).toBeNull();
  const given = { kind: "given", step: "spec", attempt: 1, at: world.now };
  expect(world.state.comments).toMatchObject([
    { on: "spec", by: "kim", text: "keep the flag", message: { id: "M1", state: given } },
    { text: "and its name", message: { id: "M2", state: given } },
  ]);
  expectStored(world);
});

it("one that is taken back is never given, and keeps who did it first", () => {
  const world = atWork();
  say(world, "keep the flag");
  say(world, "and its name");
  expect(unsay(world, "M1")).toBeNull();
  const withdrawn = { kind: "withdrawn", by: "kim", at: world.now };
  const before = world.events.length;
  const ann = { kind: "person", id: "ann" } as const;
  expect(apply(world, { kind: "message.withdraw", message: id("M1") }, ann)).toBeNull();
  expect(world.events).toHaveLength(before);
  give(world);
  give(world, { opens: true });
  expect(states(world)).toEqual(["M1 withdrawn", "M2 given"]);
  expect(world.state.comments[0]?.message?.state).toEqual(withdrawn);
  expect(say(world, "and more")).toBeNull();
  expect(states(world)).toEqual(["M1 withdrawn", "M2 given", "M3 waiting"]);
  expectStored(world);
});

it("one that was given is not taken back, and one that nobody said is unknown", () => {
  const world = atWork();
  say(world, "keep the flag");
  give(world);
  const before = world.state;
  expect(unsay(world, "M1")).toBe("message.given");
  expect(unsay(world, "M2")).toBe("message.unknown");
  expect(world.state).toEqual(before);
});

it("is given once, whoever asks again", () => {
  const world = atWork();
  say(world, "keep the flag");
  give(world);
  const at = world.state.comments[0]?.message;
  const before = world.events.length;
  give(world);
  expect(world.events).toHaveLength(before);
  expect(world.state.comments[0]?.message).toEqual(at);
});

it("what waited when its attempt was cut off waits on, and is given to the next one", () => {
  const world = atWork();
  say(world, "keep the flag");
  say(world, "no: drop it");
  const turn = playTo(world, "agent.turn");
  settle(world, turn, CUT);
  expect(states(world)).toEqual(["M1 waiting", "M2 waiting"]);
  expect(apply(world, { kind: "message.give", effect: turn.id, opens: true }, WORKER)).toBe(
    "effect.unknown",
  );
  expect(unsay(world, "M1")).toBeNull();
  give(world, { opens: true });
  expect(states(world)).toEqual(["M1 withdrawn", "M2 given"]);
  expect(world.state.comments[1]?.message?.state).toMatchObject({ step: "spec", attempt: 2 });
});

it("what came too late for its agent is given to the next author, with the first prompt", () => {
  const world = atWork();
  say(world, "too late");
  const turn = playTo(world, "agent.turn");
  settleWell(world, turn);
  const { step } = playTo(world, "agent.turn").payload;
  expect(step).not.toBe("spec");
  give(world);
  expect(states(world)).toEqual(["M1 waiting"]);
  give(world, { opens: true });
  expect(world.state.comments[0]?.message?.state).toMatchObject({ kind: "given", step });
});

it("is not given to another agent while its own works", () => {
  const steps = SPEC_FIRST.steps.flatMap((step) =>
    step.id === "spec" ? [step, { ...step, id: "other", produces: [] }] : [step],
  );
  const world = newWorld({ config: CONFIG, workflow: { ...SPEC_FIRST, steps } });
  playTo(world, "agent.turn");
  const turns = effects(world).flatMap(({ id: effect, payload }) =>
    payload.kind === "agent.turn" ? [[payload.step, effect] as const] : [],
  );
  const ofStep = new Map(turns.map(([step, effect]) => [String(step), effect]));
  const [spec, other] = [ofStep.get("spec"), ofStep.get("other")];
  if (spec === undefined || other === undefined) throw new Error("they do not work at once");
  say(world, "to the first");
  apply(world, { kind: "message.give", effect: other, opens: true }, WORKER);
  expect(states(world)).toEqual(["M1 waiting"]);
  apply(world, { kind: "message.give", effect: spec, opens: false }, WORKER);
  expect(states(world)).toEqual(["M1 given"]);
});

it("only a person takes back, and only a worker gives", () => {
  const world = atWork();
  say(world, "keep the flag");
  const withdraw: Command = { kind: "message.withdraw", message: id("M1") };
  const effect = playTo(world, "agent.turn").id;
  const gives: Command = { kind: "message.give", effect, opens: true };
  for (const actor of [AGENT, WORKER])
    expect(apply(world, withdraw, actor)).toBe("actor.not-allowed");
  for (const actor of [AGENT, PERSON]) expect(apply(world, gives, actor)).toBe("actor.not-allowed");
  expect(states(world)).toEqual(["M1 waiting"]);
});

it("no more wait than a prompt can carry", () => {
  const world = atWork();
  for (let count = 0; count < MESSAGES_WAITING_MAX; count += 1) say(world, `word ${count}`);
  expect(say(world, "one more")).toBe("message.too-many");
  unsay(world, "M3");
  expect(say(world, "one more")).toBeNull();
  expect(states(world).at(-1)).toBe(`M${MESSAGES_WAITING_MAX + 1} waiting`);
});

it("a question that waits for a person is as old as before, whatever is said meanwhile", () => {
  const world = atWork();
  const { movedAt } = world.state;
  say(world, "keep the flag");
  give(world);
  say(world, "and its name");
  unsay(world, "M2");
  expect(world.state.movedAt).toBe(movedAt);
});

it("what an earlier version stored has no id: it is a comment, and claims nothing", () => {
  const world = atWork();
  const old = EventBody.parse({
    type: "turn.messaged",
    step: "spec",
    attempt: 1,
    by: "kim",
    text: "of old",
    interrupts: false,
  });
  world.events.push({ body: old, at: world.now });
  const state = replay(world.events);
  if (state === null) throw new Error("no run");
  world.state = state;
  expect(world.state.comments).toEqual([{ on: "spec", by: "kim", text: "of old", at: world.now }]);
  say(world, "of today");
  expect(states(world)).toEqual(["M1 waiting"]);
  give(world);
  expect(states(world)).toEqual(["M1 given"]);
  while (world.state.finished === null) goodMove(world);
  expectStored(world);
});
