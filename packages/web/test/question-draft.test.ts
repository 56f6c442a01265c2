import { QuestionField } from "@tutti/protocol";
import { expect, it } from "vitest";
import { answerOf, emptyDraft } from "../src/features/attention/question-draft.ts";

const field = (name: string, part: object): QuestionField =>
  QuestionField.parse({ name, title: name, about: null, isRequired: false, preset: null, ...part });
const choices = [{ value: "a", title: "A", about: null }];
const FIELDS = [
  field("text", {
    kind: "text",
    isRequired: true,
    minLength: null,
    maxLength: null,
    format: null,
    pattern: null,
  }),
  field("rows", { kind: "number", isWhole: true, min: 0, max: null, preset: 0 }),
  field("shared", { kind: "yes-no", preset: false }),
  field("one", { kind: "choice", choices }),
  field("many", { kind: "choices", choices, minItems: null, maxItems: null, preset: ["a"] }),
];

it("a form begins with what the agent proposes, and says what is still needed", () => {
  const { values, missing } = answerOf(FIELDS, emptyDraft(FIELDS));
  expect(values).toEqual({ rows: 0, shared: false, many: ["a"] });
  expect(missing.map(({ name }) => name)).toEqual(["text"]);
});

it("what is emptied is no value, what is written is one of its kind", () => {
  const draft = new Map(emptyDraft(FIELDS))
    .set("text", " as it is ")
    .set("rows", "7")
    .set("shared", ["yes"])
    .set("one", ["a"])
    .set("many", []);
  const { values, missing } = answerOf(FIELDS, draft);
  expect(values).toEqual({ text: " as it is ", rows: 7, shared: true, one: "a", many: [] });
  expect(missing).toEqual([]);
  expect(answerOf(FIELDS, new Map(draft).set("rows", "x")).values).toMatchObject({ rows: "x" });
  expect(answerOf(FIELDS, new Map(draft).set("rows", "  ")).values).not.toHaveProperty("rows");
});

it("a list of choices that is needed may be answered with none, unless the agent wants one", () => {
  const list = { kind: "choices", choices, maxItems: null, isRequired: true };
  const free = field("many", { ...list, minItems: null });
  expect(answerOf([free], emptyDraft([free]))).toEqual({ values: { many: [] }, missing: [] });
  const bound = field("many", { ...list, minItems: 1 });
  expect(answerOf([bound], emptyDraft([bound])).missing).toEqual([bound]);
  const optional = field("many", { ...list, minItems: null, isRequired: false });
  expect(answerOf([optional], emptyDraft([optional])).values).toEqual({});
});

it("a choice whose value is an empty text is one that can be made", () => {
  const none = [...choices, { value: "", title: "None of them", about: null }];
  const one = field("one", { kind: "choice", choices: none, isRequired: true });
  expect(answerOf([one], emptyDraft([one])).missing).toEqual([one]);
  expect(answerOf([one], new Map([["one", [""]]]))).toEqual({ values: { one: "" }, missing: [] });
});
