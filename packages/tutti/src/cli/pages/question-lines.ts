/** The fields of an agent's question, each with the number that `tutti answer` takes. */
import type { QuestionField } from "@tutti/protocol";
import { printableLine } from "../terminal/printable.ts";

const between = (min: number | null, max: number | null): string => {
  if (min !== null && max !== null) return ` from ${min} to ${max}`;
  if (min !== null) return ` from ${min}`;
  return max === null ? "" : ` up to ${max}`;
};

function kindText(field: QuestionField): string {
  switch (field.kind) {
    case "text":
      return `${field.format ?? "text"}${field.pattern === null ? "" : ` like ${field.pattern}`}`;
    case "number":
      return `${field.isWhole ? "whole number" : "number"}${between(field.min, field.max)}`;
    case "yes-no":
      return "yes or no";
    case "choice":
      return "one of";
    case "choices":
      return `any of${between(field.minItems, field.maxItems)}`;
    default:
      return field satisfies never;
  }
}

const presetText = ({ preset }: QuestionField): string =>
  preset === null ? "" : `; proposed: ${Array.isArray(preset) ? preset.join(", ") : preset}`;

export const questionLines = (fields: readonly QuestionField[]): string[] =>
  fields.flatMap((field, index) => {
    const need = field.isRequired ? "" : ", may be left out";
    const head = `${index + 1}. ${field.title} (${kindText(field)}${need}${presetText(field)})`;
    const choices =
      "choices" in field
        ? field.choices.map(({ value, title, about }) => {
            const name = value === title ? value : `${value}: ${title}`;
            return `   - ${name}${about === null ? "" : ` (${about})`}`;
          })
        : [];
    const about = field.about === null ? [] : [`   ${field.about}`];
    return [head, ...about, ...choices].map((line) => printableLine(line));
  });
