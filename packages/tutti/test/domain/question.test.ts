/** Questions of agents as forms. */
import type { QuestionField, QuestionValues } from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import { attention } from "../../src/domain/attention.ts";
import { statusOf, stepOutcome } from "../../src/domain/status.ts";
import { playTo, settleWell } from "./play.ts";
import { apply, newWorld, settle, type World } from "./world.ts";

const SYSTEM = { kind: "system", part: "agents" } as const;
const PERSON = { kind: "person", id: "ada" } as const;
const NAME = {
  kind: "text",
  name: "name",
  title: "Name of the table",
  about: null,
  isRequired: true,
  minLength: 2,
  maxLength: 10,
  format: null,
  pattern: null,
  preset: null,
} as const satisfies QuestionField;
const ROWS = {
  kind: "number",
  name: "rows",
  title: "Rows",
  about: null,
  isRequired: false,
  isWhole: true,
  min: 1,
  max: 100,
  preset: null,
} as const satisfies QuestionField;

const MESSAGE = "How is the table to be called?\nAnd how large?";

const ask = (world: World, question: string) => {
  const turn = playTo(world, "agent.turn");
  const form = { message: MESSAGE, fields: [NAME, ROWS] };
  const refused = apply(
    world,
    { kind: "question.ask", question, effect: turn.id, ...form },
    SYSTEM,
  );
  expect(refused).toBeNull();
  return turn;
};
const answer = (world: World, question: string, values: QuestionValues | null) =>
  apply(
    world,
    {
      kind: "question.answer",
      question,
      action: values === null ? "decline" : "accept",
      values: values ?? {},
    },
    PERSON,
  );
const open = (world: World): string[] => world.state.questions.map(({ id }) => id);

test("a question waits in the queue, with its form and the commands that answer it", () => {
  const world = newWorld();
  const turn = ask(world, "q-1");
  const { id, step } = { id: world.state.id, step: turn.payload.step };
  expect(attention(world.state)).toMatchObject([
    {
      id: "question:q-1",
      kind: "question",
      step,
      asks: "How is the table to be called?",
      details: [MESSAGE],
      fields: [NAME, ROWS],
      answers: [
        { name: "answer", command: `tutti answer ${id} q-1 1=TEXT 2=TEXT` },
        { name: "decline", command: `tutti answer ${id} q-1 --decline` },
        { name: "cancel" },
      ],
    },
  ]);
  expect(statusOf(world.state).state).toBe("waiting");
  expect(stepOutcome(world.state, step)).toBe("waiting");
  expect(answer(world, "q-1", { name: "users", rows: 3 })).toBeNull();
  expect(attention(world.state)).toEqual([]);
  expect(stepOutcome(world.state, step)).toBe("working");
  expect(answer(world, "q-1", { name: "users" })).toBe("question.unknown");
});

test.each(["", " \n\u200B\n", "\u202E"])(
  "a question of nothing visible has words in lists: %j",
  (message) => {
    const world = newWorld();
    const { id: effect } = playTo(world, "agent.turn");
    const asked = { kind: "question.ask", question: "q-1", effect, message } as const;
    expect(apply(world, { ...asked, fields: [] }, SYSTEM)).toBeNull();
    expect(attention(world.state)[0]?.asks).toBe("A question without words");
  },
);

describe("an answer", () => {
  test.each([
    [{}, "is needed"],
    [{ name: "x" }, "at least 2"],
    [{ name: "x".repeat(11) }, "at most 10"],
    [{ name: 7 }, "is a text"],
    [{ name: "users", rows: 2.5 }, "whole number"],
    [{ name: "users", rows: 101 }, "at most 100"],
    [{ name: "users", other: "x" }, "not asked for"],
  ])("%j breaks a rule of the form and changes nothing: %s", (values: QuestionValues, _rule) => {
    const world = newWorld();
    ask(world, "q-1");
    expect(answer(world, "q-1", values)).toBe("question.invalid");
    expect(open(world)).toEqual(["q-1"]);
  });

  test("is never an agent's", () => {
    const world = newWorld();
    ask(world, "q-1");
    const given = { kind: "question.answer", question: "q-1", action: "decline" } as const;
    const agent = { kind: "agent", agent: "alto", family: "other" } as const;
    expect(apply(world, { ...given, values: {} }, agent)).toBe("actor.not-allowed");
  });

  test("without values leaves it to the agent, whatever is needed", () => {
    const world = newWorld();
    ask(world, "q-1");
    expect(answer(world, "q-1", null)).toBeNull();
    expect(open(world)).toEqual([]);
  });
});

const stopped = (): World => {
  const world = newWorld();
  const turn = ask(world, "q-1");
  settle(world, turn, { kind: "interrupted", reason: "the daemon was stopped" });
  return world;
};

describe("a question whose process is gone", () => {
  test("is no longer asked, and what is answered goes to the next attempt as words", () => {
    const world = stopped();
    expect(attention(world.state)).toEqual([]);
    expect(answer(world, "q-1", { name: "users" })).toBeNull();
    expect(world.state.comments).toMatchObject([
      {
        by: "ada",
        on: "spec",
        text: "To your question:\n> How is the table to be called?\n> And how large?\nName of the table: users",
      },
    ]);
    expect(answer(world, "q-1", { name: "users" })).toBe("question.unknown");
  });

  test("is answered in the next attempt, when that asks the same by then", () => {
    const world = stopped();
    ask(world, "q-2");
    expect(answer(world, "q-1", { name: "users" })).toBeNull();
    expect(open(world)).toEqual([]);
    expect(world.state.comments).toEqual([]);
  });
});

describe("an answer in a turn", () => {
  test("that is cut off after it is told to the next attempt", () => {
    const world = newWorld();
    const turn = ask(world, "q-1");
    expect(answer(world, "q-1", { name: "users" })).toBeNull();
    expect(world.state.comments).toEqual([]);
    settle(world, turn, { kind: "interrupted", reason: "the daemon was stopped" });
    expect(world.state.comments).toMatchObject([
      { by: "ada", text: expect.stringContaining("\nName of the table: users") },
    ]);
    expect(world.state.answeredQuestions).toEqual([]);
  });

  test("that comes to its own end is not told again", () => {
    const world = newWorld();
    const turn = ask(world, "q-1");
    expect(answer(world, "q-1", { name: "users" })).toBeNull();
    settleWell(world, turn);
    expect(world.state.comments).toEqual([]);
    expect(world.state.answeredQuestions).toEqual([]);
  });
});

test("a question without fields is answered with yes, also after its process is gone", () => {
  const world = newWorld();
  const turn = playTo(world, "agent.turn");
  const message = "May the old rows go?";
  const asked = { kind: "question.ask", question: "q-1", effect: turn.id, message } as const;
  expect(apply(world, { ...asked, fields: [] }, SYSTEM)).toBeNull();
  settle(world, turn, { kind: "interrupted", reason: "the daemon was stopped" });
  expect(answer(world, "q-1", {})).toBeNull();
  expect(world.state.comments.at(-1)?.text).toBe("To your question:\n> May the old rows go?\nyes");
});

test("an agent that asks without end is refused beyond a bound", () => {
  const world = newWorld();
  const turn = playTo(world, "agent.turn");
  const refused = Array.from({ length: 60 }, (_, index) =>
    apply(
      world,
      {
        kind: "question.ask",
        question: `q-${index}`,
        effect: turn.id,
        message: "?",
        fields: [],
      },
      SYSTEM,
    ),
  );
  expect(refused.filter((code) => code !== null).length).toBe(40);
  expect(apply(world, { kind: "run.cancel", reason: "enough" }, PERSON)).toBeNull();
  expect(open(world)).toEqual([]);
});
