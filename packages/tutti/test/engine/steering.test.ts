/** What people say and take back while prompts are made, over a real store: the record decides. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Actor, type Command, MessageId, type RunId, StepKey } from "@tutti/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { messagesOf } from "../../src/domain/messages.ts";
import { createFeed } from "../../src/engine/feed.ts";
import { createMessages } from "../../src/engine/messages.ts";
import type { GiveMessages } from "../../src/engine/perform/context.ts";
import { openSteering } from "../../src/engine/perform/steering.ts";
import { createRuns, type Runs } from "../../src/engine/runs.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { PERSON, WORKER } from "../domain/scene.ts";
import { resultFor, startCommand } from "../domain/world.ts";

const SPEC = StepKey.parse("spec");
const silent = (): void => undefined;

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-steering-"));
  store = openSqliteStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const engineOver = () => {
  const feed = createFeed(silent);
  let now = 1;
  const runs = createRuns({
    store,
    clock: { now: () => (now += 1) },
    redactor: { text: (text: string) => text } as never,
    publish: feed.publish,
  });
  return { feed, runs };
};

/** A run whose planner works, as its worker and as people see it. */
const openStage = async (number = 1) => {
  const { feed, runs } = engineOver();
  const start = startCommand();
  if (start.kind !== "run.start") throw new Error("no start");
  const run = `r-${String(number).padStart(12, "0")}` as RunId;
  await runs.handle(run, { ...start, run }, PERSON);
  const documentOf = () => {
    const state = runs.document(run);
    if (state === null) throw new Error("no run");
    return state;
  };
  const [prepare] = Object.values(documentOf().effects);
  if (prepare === undefined) throw new Error("no workspace");
  const result = resultFor({ state: documentOf(), events: [], now: 1, counter: 0 }, prepare, 1);
  await runs.handle(run, { kind: "effect.settle", effect: prepare.id, result }, WORKER);
  const turn = Object.values(documentOf().effects).find(
    ({ payload }) => payload.kind === "agent.turn",
  );
  if (turn === undefined) throw new Error("nobody works");
  const listen = (give: GiveMessages) =>
    openSteering({
      state: documentOf(),
      payload: turn.payload,
      taken: { document: runs.document },
      subscribe: feed.subscribe,
      give,
    } as never);
  const person = async (command: Command, actor: Actor = PERSON): Promise<string | null> => {
    const outcome = await runs.handle(run, command, actor);
    return outcome.kind === "rejected" ? outcome.code : null;
  };
  return {
    run,
    turn,
    listen,
    document: documentOf,
    give: (handle: Runs["handle"] = runs.handle) => createMessages({ handle, log: silent })(turn),
    say: (text: string, interrupts = false) =>
      person({ kind: "turn.message", step: SPEC, text, interrupts }),
    comment: (text: string) => person({ kind: "comment.add", on: SPEC, text }),
    unsay: (message: string) =>
      person({ kind: "message.withdraw", message: MessageId.parse(message) }),
    states: () => messagesOf(documentOf()).map(({ message }) => message.state.kind),
  };
};

it("a prompt carries what waited, and what was taken back is in none", async () => {
  const { listen, give, say, unsay, states } = await openStage();
  await say("keep the flag");
  await say("and its name");
  await unsay("M2");
  using steering = listen(give());
  expect(await steering.open()).toEqual(["kim on spec: keep the flag"]);
  await say("faster");
  await say("slower");
  expect(await unsay("M3")).toBeNull();
  expect(await steering.take()).toEqual(["kim: slower"]);
  expect(await steering.take()).toEqual([]);
  expect(await unsay("M4")).toBe("message.given");
  expect(states()).toEqual(["given", "withdrawn", "withdrawn", "given"]);
});

const idsIn = (texts: readonly string[]): string[] =>
  texts.map((text) => /M\d+/u.exec(text)?.[0] ?? text).toSorted();

const NUMBERS = { numRuns: 60, seed: 20_261_129 };

it("whoever takes back while a prompt is made learns the truth: it is read or withdrawn, never both", async () => {
  let number = 1;
  const outcomes = new Set<string>();
  const moves = fc.array(fc.constantFrom("say", "unsay", "take"), { minLength: 4, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(moves, fc.nat(9), async (kinds, first) => {
      const stage = await openStage((number += 1));
      const { say, unsay, document, run } = stage;
      using steering = stage.listen(stage.give());
      const read: string[] = [];
      const refused: string[] = [];
      const withdrawn: string[] = [];
      const takeBack = async (message: string): Promise<void> => {
        const code = await unsay(message);
        if (code === null) withdrawn.push(message);
        if (code === "message.given") refused.push(message);
      };
      const prompts = [steering.open().then((texts) => read.push(...texts))];
      let said = 0;
      const under = kinds.map(async (kind, index) => {
        if (kind === "say") return void (await say(`word M${(said += 1)}.`));
        if (kind === "unsay") return await takeBack(`M${1 + ((first + index) % (said + 1))}`);
        prompts.push(steering.take().then((texts) => read.push(...texts)));
        return undefined;
      });
      await Promise.all([...under, ...prompts]);
      read.push(...(await steering.take()));

      const inState = (kind: string) =>
        messagesOf(document())
          .filter(({ message }) => message.state.kind === kind)
          .map(({ message }) => String(message.id))
          .toSorted();
      expect(idsIn(read)).toEqual(inState("given"));
      expect([...new Set(withdrawn)].toSorted()).toEqual(inState("withdrawn"));
      expect(refused.filter((message) => !inState("given").includes(message))).toEqual([]);
      expect(inState("waiting")).toEqual([]);
      // A restart reads the same from what is stored.
      expect(engineOver().runs.document(run)).toEqual(document());
      for (const kind of [...refused.map(() => "refused"), ...withdrawn.map(() => "withdrawn")])
        outcomes.add(kind);
    }),
    NUMBERS,
  );
  expect([...outcomes].toSorted()).toEqual(["refused", "withdrawn"]);
}, 60_000);

it("one that interrupts while a prompt is made goes into it, and does not end it unread", async () => {
  const { listen, give, say } = await openStage();
  await say("keep the flag");
  const recorded = give();
  let isFirst = true;
  using steering = listen(async (prompt) => {
    const messages = await recorded(prompt);
    if (isFirst) await say("stop", true);
    isFirst = false;
    return messages;
  });
  expect(await steering.open()).toEqual(["kim on spec: keep the flag", "kim on spec: stop"]);
  expect(steering.interrupted().aborted).toBe(false);
  await say("really stop", true);
  expect(steering.interrupted().aborted).toBe(true);
  expect(await steering.take()).toEqual(["kim: really stop"]);
  expect(steering.interrupted().aborted).toBe(false);
});

it("what cannot be recorded as given is in no prompt, and waits for the next", async () => {
  const { listen, give, say, unsay, states } = await openStage();
  await say("keep the flag");
  await say("stop", true);
  const [recorded, failing] = [give(), give(() => Promise.reject(new Error("the disk is full")))];
  let isFull = true;
  using steering = listen((prompt) => (isFull ? failing(prompt) : recorded(prompt)));
  expect(await steering.open()).toEqual([]);
  expect(states()).toEqual(["waiting", "waiting"]);
  expect(await unsay("M2")).toBeNull();
  isFull = false;
  expect(await steering.take()).toEqual(["kim: keep the flag"]);
  expect(states()).toEqual(["given", "withdrawn"]);
});

it("a comment on the step is heard as it was before, once, and can not be taken back", async () => {
  const { listen, give, comment, unsay } = await openStage();
  await comment("seen");
  using steering = listen(give());
  expect(await steering.open()).toEqual(["kim on spec: seen"]);
  await comment("and this");
  expect(await unsay("M1")).toBe("message.unknown");
  expect(await steering.take()).toEqual(["kim: and this"]);
  expect(await steering.take()).toEqual([]);
});
