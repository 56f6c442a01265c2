/** What a person has put into the fields of a question so far, and the answer that it makes. */
import type { PersonCommand, QuestionField } from "@tutti/protocol";

/** By the names of fields: what is written, or what is picked, which may be nothing or an empty text. */
export type Draft = ReadonlyMap<string, string | readonly string[]>;

type Values = Extract<PersonCommand, { kind: "question.answer" }>["values"];
type Value = Values[string];

const draftOf = (field: QuestionField): string | readonly string[] => {
  const { preset } = field;
  if (field.kind === "choices") return field.preset ?? [];
  if (field.kind === "choice") return field.preset === null ? [] : [field.preset];
  if (field.kind === "yes-no") return field.preset === null ? [] : [wordOf(field.preset)];
  return preset === null ? "" : String(preset);
};

const wordOf = (isYes: boolean): string => (isYes ? "yes" : "no");

/** With what the agent proposes. */
export const emptyDraft = (fields: readonly QuestionField[]): Draft =>
  new Map(fields.map((field) => [field.name, draftOf(field)]));

const valueOf = (field: QuestionField, drawn: string | readonly string[]): Value => {
  if (typeof drawn !== "string") return pickedOf(field, drawn);
  return field.kind === "number" ? numberOf(drawn) : drawn;
};

const pickedOf = (field: QuestionField, picked: readonly string[]): Value => {
  const [one = ""] = picked;
  if (field.kind === "yes-no") return one === "yes";
  return field.kind === "choices" ? [...picked] : one;
};

/** What is no number is sent as it is written: the daemon says what is wrong with it. */
const numberOf = (drawn: string): Value => {
  const number = Number(drawn);
  return Number.isFinite(number) ? number : drawn;
};

/** No choice of a list is an answer too, where the agent allows it and either needs one or proposes another. */
const isNone = (field: QuestionField, drawn: string | readonly string[]): boolean => {
  if (typeof drawn === "string") return drawn.trim() === "";
  const mayBeEmpty = field.kind === "choices" && (field.minItems ?? 0) <= 0;
  return drawn.length === 0 && !(mayBeEmpty && (field.isRequired || field.preset !== null));
};

/** `missing`: fields that are needed and have nothing; the daemon judges the rest. */
export function answerOf(
  fields: readonly QuestionField[],
  draft: Draft,
): { readonly values: Values; readonly missing: readonly QuestionField[] } {
  const filled = fields.flatMap((field) => {
    const drawn = draft.get(field.name) ?? "";
    return isNone(field, drawn) ? [] : [{ field, value: valueOf(field, drawn) }];
  });
  const given = new Set(filled.map(({ field }) => field));
  return {
    values: Object.fromEntries(filled.map(({ field, value }) => [field.name, value])),
    missing: fields.filter((field) => field.isRequired && !given.has(field)),
  };
}
