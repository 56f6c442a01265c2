/** What is typed behind `tutti answer`, as values of the fields of a question. */
import type { Question, QuestionField, QuestionValue, QuestionValues } from "@tutti/protocol";
import { TuttiError } from "@tutti/protocol/errors";
import { printableLine } from "./terminal/printable.ts";

type Given = { readonly field: QuestionField; readonly text: string };

const YES = new Set(["yes", "y", "true"]);
const NO = new Set(["no", "n", "false"]);

/** `2=words` or `NAME=words`; with one field the words alone. The agent chose the names, so numbers go first. */
function givenBy(word: string, fields: readonly QuestionField[]): Given {
  const after = (field: QuestionField, start: string): Given[] =>
    word.startsWith(start) ? [{ field, text: word.slice(start.length) }] : [];
  const [numbered] = fields.flatMap((field, index) => after(field, `${index + 1}=`));
  if (numbered !== undefined) return numbered;
  const named = fields.flatMap((field) => after(field, `${field.name}=`));
  // Of `a=` and `a=b=` the longer name is meant.
  const [best] = named.toSorted((left, right) => left.text.length - right.text.length);
  if (best !== undefined) return best;
  const [only, another] = fields;
  if (only !== undefined && another === undefined) return { field: only, text: word };
  const names = fields.map(({ name }, index) => `${index + 1} (${printableLine(name)})`);
  throw new TuttiError(
    "usage",
    fields.length === 0
      ? "The question has no fields: give no values."
      : `Say which field is meant, as in 1=WORDS: ${names.join(", ")}.`,
  );
}

type Choices = Extract<QuestionField, { kind: "choice" | "choices" }>["choices"];

/** By its value or by its title, when one alone has it; what is neither is left for the daemon to refuse. */
const chosen = (choices: Choices, text: string): string => {
  if (choices.some(({ value }) => value === text)) return text;
  const [titled, another] = choices.filter(
    ({ title }) => title.toLowerCase() === text.toLowerCase(),
  );
  return titled !== undefined && another === undefined ? titled.value : text;
};

function valueOf(field: QuestionField, texts: readonly string[]): QuestionValue {
  const text = texts.at(-1) ?? "";
  switch (field.kind) {
    case "number":
      return text.trim() === "" || !Number.isFinite(Number(text)) ? text : Number(text);
    case "yes-no":
      if (YES.has(text.toLowerCase())) return true;
      return NO.has(text.toLowerCase()) ? false : text;
    case "choice":
      return chosen(field.choices, text);
    case "choices":
      return texts.filter((one) => one !== "").map((one) => chosen(field.choices, one));
    case "text":
      return text;
    default:
      return field satisfies never;
  }
}

/** The words of one field. Throws `usage` rather than drop some of them. */
function textsOf(field: QuestionField, given: readonly Given[]): readonly string[] {
  const texts = given.flatMap((one) => (one.field === field ? [one.text] : []));
  if (texts.length > 1 && field.kind !== "choices")
    throw new TuttiError(
      "usage",
      `${printableLine(field.title)} takes one value: quote words that belong together.`,
    );
  return texts;
}

/** Nothing behind its `=`. */
const isLeftOut = (field: QuestionField, texts: readonly string[]): boolean =>
  !field.isRequired && field.kind !== "choices" && texts.every((text) => text === "");

/** A field that nothing is said of has what the agent proposes. Throws `usage`. */
export function questionValues(
  { fields }: Pick<Question, "fields">,
  words: readonly string[],
): QuestionValues {
  const given = words.map((word) => givenBy(word, fields));
  const pairs = fields.flatMap((field): [string, QuestionValue][] => {
    const texts = textsOf(field, given);
    if (texts.length > 0 && isLeftOut(field, texts)) return [];
    if (texts.length > 0) return [[field.name, valueOf(field, texts)]];
    return field.preset === null ? [] : [[field.name, field.preset]];
  });
  return Object.fromEntries(pairs);
}
