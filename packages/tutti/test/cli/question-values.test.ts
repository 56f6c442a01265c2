import { QuestionField } from "@tutti/protocol";
import { expect, it } from "vitest";
import { questionValues } from "../../src/cli/question-values.ts";

const field = (name: string, part: object): QuestionField =>
  QuestionField.parse({ name, title: name, about: null, isRequired: true, preset: null, ...part });
const text = (name: string): QuestionField =>
  field(name, { kind: "text", minLength: null, maxLength: null, format: null, pattern: null });

const CHOICES = [
  { value: "a", title: "The first", about: null },
  { value: "b", title: "The second", about: null },
];
const MIXED = [
  text("name"),
  field("rows", { kind: "number", isWhole: true, min: null, max: null, preset: 10 }),
  field("shared", { kind: "yes-no" }),
  field("one", { kind: "choice", choices: CHOICES }),
  field("many", { kind: "choices", choices: CHOICES, minItems: null, maxItems: null }),
];

it("fields go by their number or their name, choices by their value or their title", () => {
  const words = ["1=users = people", "shared=No", "4=the second", "5=a", "many=The second"];
  expect(questionValues({ fields: MIXED }, words)).toEqual({
    name: "users = people",
    rows: 10,
    shared: false,
    one: "b",
    many: ["a", "b"],
  });
});

it("one field takes the words alone, whatever they are", () => {
  expect(questionValues({ fields: [text("name")] }, ["a=b"])).toEqual({ name: "a=b" });
  expect(questionValues({ fields: [text("name")] }, ["1=2=3"])).toEqual({ name: "2=3" });
});

it("what is no value is left for the daemon to refuse", () => {
  expect(questionValues({ fields: MIXED }, ["2=", "3=maybe", "4=c"])).toMatchObject({
    rows: "",
    shared: "maybe",
    one: "c",
  });
});

it("a field is never taken for another by the name that an agent gave it", () => {
  const fields = [text("2"), text("1"), text("1=a")];
  expect(questionValues({ fields }, ["1=a=x", "2=y"])).toEqual({ 2: "a=x", 1: "y" });
});

it("a second value of a field that takes one is refused, and none of the words is dropped", () => {
  const fields = [text("name")];
  expect(() => questionValues({ fields }, ["keep", "it"])).toThrow(/quote words/u);
  expect(() => questionValues({ fields: MIXED }, ["1=a", "name=b"])).toThrow(/takes one value/u);
});

it("of two choices with one title none is taken by it", () => {
  const same = CHOICES.map((choice) => ({ ...choice, title: "Yes" }));
  const fields = [field("one", { kind: "choice", choices: same })];
  expect(questionValues({ fields }, ["yes"])).toEqual({ one: "yes" });
  expect(questionValues({ fields }, ["b"])).toEqual({ one: "b" });
});

it("what may be left out is left out by nothing behind its sign", () => {
  const rows = { kind: "number", isWhole: true, min: null, max: null, preset: 10 };
  const fields = [field("rows", { ...rows, isRequired: false })];
  expect(questionValues({ fields }, [])).toEqual({ rows: 10 });
  expect(questionValues({ fields }, ["1="])).toEqual({});
});

it("words of no field are refused with what there is", () => {
  expect(() => questionValues({ fields: MIXED }, ["users"])).toThrow(/1=WORDS: 1 \(name\)/u);
  expect(() => questionValues({ fields: [] }, ["yes"])).toThrow(/no fields/u);
});
