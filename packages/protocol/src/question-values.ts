/** What makes an answer to a question of an agent, for the domain, the command line and the page alike. */
import type {
  QuestionAction,
  QuestionChoice,
  QuestionField,
  QuestionValue,
  QuestionValues,
} from "./question.ts";

type FieldOf<Kind extends QuestionField["kind"]> = Extract<QuestionField, { kind: Kind }>;

export type ValueProblem = { readonly field: string; readonly problem: string };

const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/u.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().startsWith(text);

const TIME = /^(?<date>\S{10})T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u;

const FORMATS = {
  email: {
    isIt: (text: string) => /^[^\s@]+@[^\s@]+$/u.test(text),
    words: "an address such as name@example.org",
  },
  uri: {
    isIt: (text: string) => /^[a-z][a-z0-9+.-]*:\S+$/iu.test(text),
    words: "an address such as https://example.org",
  },
  date: { isIt: isDate, words: "a date such as 2026-01-31" },
  "date-time": {
    isIt: (text: string) =>
      isDate(TIME.exec(text)?.groups?.["date"] ?? "") && !Number.isNaN(Date.parse(text)),
    words: "a time such as 2026-01-31T12:00:00Z",
  },
};

const outside = (
  size: number,
  [min, max]: readonly [number | null, number | null],
  unit: string,
): string | null => {
  if (min !== null && size < min) return `needs at least ${min}${unit}`;
  return max !== null && size > max ? `takes at most ${max}${unit}` : null;
};

const textProblem = (of: FieldOf<"text">, value: QuestionValue): string | null => {
  if (typeof value !== "string") return "is a text";
  const length = Array.from(value).length;
  const size = outside(length, [of.minLength, of.maxLength], " characters");
  if (size !== null || of.format === null) return size;
  const { isIt, words } = FORMATS[of.format];
  return isIt(value) ? null : `is ${words}`;
};

const numberProblem = (of: FieldOf<"number">, value: QuestionValue): string | null => {
  if (typeof value !== "number" || !Number.isFinite(value)) return "is a number";
  if (of.isWhole && !Number.isSafeInteger(value)) return "is a whole number";
  return outside(value, [of.min, of.max], "");
};

const isOffered = (choices: readonly QuestionChoice[], value: string): boolean =>
  choices.some((choice) => choice.value === value);

const choicesProblem = (of: FieldOf<"choices">, value: QuestionValue): string | null => {
  if (!Array.isArray(value)) return "is a list of choices";
  if (new Set(value).size < value.length) return "takes each choice once";
  const other = value.find((one) => !isOffered(of.choices, one));
  if (other !== undefined) return `offers no choice ${JSON.stringify(other)}`;
  return outside(value.length, [of.minItems, of.maxItems], " choices");
};

const problemOf = (of: QuestionField, value: QuestionValue): string | null => {
  switch (of.kind) {
    case "text":
      return textProblem(of, value);
    case "number":
      return numberProblem(of, value);
    case "yes-no":
      return typeof value === "boolean" ? null : "is yes or no";
    case "choice":
      if (typeof value !== "string") return "is one of its choices";
      return isOffered(of.choices, value) ? null : `offers no choice ${JSON.stringify(value)}`;
    case "choices":
      return choicesProblem(of, value);
    default:
      return of satisfies never;
  }
};

/** Whether a person sees anything of it. */
export const isVisible = (text: string): boolean => /[^\p{C}\p{Z}]/u.test(text);

/** What keeps these values from being an answer; empty when they are one. */
export const valueProblems = (
  fields: readonly QuestionField[],
  values: QuestionValues,
): readonly ValueProblem[] => {
  const known = fields.flatMap((one): ValueProblem[] => {
    const { name } = one;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return one.isRequired ? [{ field: name, problem: "is needed" }] : [];
    const problem = problemOf(one, value);
    return problem === null ? [] : [{ field: name, problem }];
  });
  const unknown = Object.keys(values)
    .filter((name) => fields.every((one) => one.name !== name))
    .map((name) => ({ field: name, problem: "is not asked for" }));
  return [...known, ...unknown];
};

/** An agent's words may not begin a line of their own beside a person's. */
const oneLine = (words: string): string => words.replaceAll(/\s+/gu, " ").trim();

const shown = (of: QuestionField, value: QuestionValue): string => {
  if (typeof value === "boolean") return value ? "yes" : "no";
  const titleOf = (one: string): string =>
    "choices" in of
      ? oneLine(of.choices.find((choice) => choice.value === one)?.title ?? one)
      : one;
  if (Array.isArray(value)) return value.map((one) => titleOf(one)).join(", ");
  return typeof value === "string" ? titleOf(value) : String(value);
};

/** An answer in words: each field that has a value, by its title. */
export const answeredFields = (
  fields: readonly QuestionField[],
  values: QuestionValues,
): { readonly title: string; readonly value: string }[] =>
  fields.flatMap((one) => {
    const value = Object.hasOwn(values, one.name) ? values[one.name] : undefined;
    return value === undefined ? [] : [{ title: oneLine(one.title), value: shown(one, value) }];
  });

/** What became of a question, in words. */
export const answerText = (
  fields: readonly QuestionField[],
  answer: { readonly action: QuestionAction; readonly values: QuestionValues } | null,
): string => {
  if (answer === null) return "not answered";
  if (answer.action === "decline") return "left to the agent";
  const words = answeredFields(fields, answer.values);
  if (words.length === 0) return fields.length === 0 ? "yes" : "nothing filled in";
  return words.map(({ title, value }) => `${title}: ${value}`).join(", ");
};
