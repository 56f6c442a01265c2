/** The fields of an elicitation's schema. What cannot be shown as a field is not asked. */
import { z } from "zod";
import type { QuestionField } from "@tutti/protocol";
import { isVisible, valueProblems } from "@tutti/protocol/question-values";
import {
  FIELD_ABOUT_MAX_CHARS,
  FIELD_CHOICES_MAX,
  FIELD_NAME_MAX_CHARS,
  FIELD_TITLE_MAX_CHARS,
  FIELD_VALUE_MAX_CHARS,
  FORM_MAX_CHARS,
  QUESTION_FIELDS_MAX,
} from "./limits.ts";
import type { Elicitation } from "./messages.ts";
import { cut } from "./transcript.ts";

export type Form =
  | { readonly kind: "form"; readonly fields: readonly QuestionField[] }
  | { readonly kind: "unknown"; readonly because: string };

const words = z.string().nullish().catch(null);
const number = z.number().nullish().catch(null);
const value = z.string().max(FIELD_VALUE_MAX_CHARS);
const Titled = z.array(z.object({ const: value, title: words, description: words }));
const Plain = z.array(value);

const About = { title: words, description: words };

const Property = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("string"),
    ...About,
    minLength: number,
    maxLength: number,
    pattern: words,
    format: z.enum(["email", "uri", "date", "date-time"]).nullish().catch(null),
    default: z.string().max(FIELD_VALUE_MAX_CHARS).nullish().catch(null),
    enum: Plain.nullish(),
    oneOf: Titled.nullish(),
  }),
  z.object({
    type: z.enum(["number", "integer"]),
    ...About,
    minimum: number,
    maximum: number,
    default: number,
  }),
  z.object({
    type: z.literal("boolean"),
    ...About,
    default: z.boolean().nullish().catch(null),
  }),
  z.object({
    type: z.literal("array"),
    ...About,
    minItems: number,
    maxItems: number,
    default: Plain.nullish().catch(null),
    items: z.union([z.object({ anyOf: Titled }), z.object({ enum: Plain })]),
  }),
]);
type Property = z.infer<typeof Property>;
type PropertyOf<Type extends Property["type"]> = Extract<Property, { type: Type }>;

type Choices = Extract<QuestionField, { kind: "choice" }>["choices"];

/** What people tell it by: the first of these that can be seen. */
const titleOf = (...candidates: readonly (string | null | undefined)[]): string =>
  cut(
    candidates.find((one) => one !== null && one !== undefined && isVisible(one)) ?? "(no name)",
    FIELD_TITLE_MAX_CHARS,
  );

const choicesOf = (offered: {
  readonly titled?: z.infer<typeof Titled> | null | undefined;
  readonly plain?: z.infer<typeof Plain> | null | undefined;
}): Choices =>
  offered.titled?.map((one) => ({
    value: one.const,
    title: titleOf(one.title, one.const),
    about: aboutOf(one.description),
  })) ??
  offered.plain?.map((one) => ({
    value: one,
    title: titleOf(one),
    about: null,
  })) ??
  [];

const aboutOf = (description: string | null | undefined): string | null =>
  description === null || description === undefined || description === ""
    ? null
    : cut(description, FIELD_ABOUT_MAX_CHARS);

/** One of each value: the answer could not tell the others from it. */
const distinct = (choices: Choices): Choices => {
  const seen = new Set<string>();
  return choices.filter(({ value: one }) => !seen.has(one) && seen.add(one));
};

const textOf = (of: PropertyOf<"string">) => {
  const choices = distinct(choicesOf({ titled: of.oneOf, plain: of.enum }));
  const preset = of.default ?? null;
  if (choices.length > 0) return { kind: "choice" as const, choices, preset };
  return {
    kind: "text" as const,
    minLength: of.minLength ?? null,
    maxLength: of.maxLength ?? null,
    format: of.format ?? null,
    pattern: aboutOf(of.pattern),
    preset,
  };
};

const choicesField = (of: PropertyOf<"array">) => ({
  kind: "choices" as const,
  choices: distinct(
    "anyOf" in of.items
      ? choicesOf({ titled: of.items.anyOf })
      : choicesOf({ plain: of.items.enum }),
  ),
  minItems: of.minItems ?? null,
  maxItems: of.maxItems ?? null,
  preset: of.default ?? null,
});

const kindOf = (of: Property) => {
  switch (of.type) {
    case "string":
      return textOf(of);
    case "number":
    case "integer":
      return {
        kind: "number" as const,
        isWhole: of.type === "integer",
        min: of.minimum ?? null,
        max: of.maximum ?? null,
        preset: of.default ?? null,
      };
    case "boolean":
      return { kind: "yes-no" as const, preset: of.default ?? null };
    case "array":
      return choicesField(of);
    default:
      return of satisfies never;
  }
};

/** What is proposed counts only where it would be an answer. */
const withPreset = (field: QuestionField): QuestionField => {
  const { preset, name } = field;
  if (preset === null || valueProblems([field], { [name]: preset }).length === 0) return field;
  return { ...field, preset: null };
};

/** Null: no field of a known kind. */
const fieldOf = (name: string, property: unknown, isRequired: boolean): QuestionField | null => {
  const known = Property.safeParse(property);
  if (!known.success || name.length > FIELD_NAME_MAX_CHARS || name === "__proto__") return null;
  const of = kindOf(known.data);
  if ("choices" in of && (of.choices.length === 0 || of.choices.length > FIELD_CHOICES_MAX))
    return null;
  const title = titleOf(known.data.title, name);
  const about = aboutOf(known.data.description);
  return withPreset({ name, title, about, isRequired, ...of });
};

/** Fields that need not be filled in and cannot be shown are left out. */
export const formOf = (schema: Elicitation["requestedSchema"]): Form => {
  const required = new Set(schema.required ?? []);
  const properties = Object.entries(schema.properties ?? {});
  const fields: QuestionField[] = [];
  for (const [name, property] of properties) {
    const isRequired = required.has(name);
    const field = fields.length < QUESTION_FIELDS_MAX ? fieldOf(name, property, isRequired) : null;
    if (field !== null) fields.push(field);
    else if (isRequired)
      return { kind: "unknown", because: "its form has a field that cannot be shown" };
  }
  if (fields.length === 0 && properties.length > 0)
    return { kind: "unknown", because: "its form has no field that can be shown" };
  if (JSON.stringify(fields).length > FORM_MAX_CHARS)
    return { kind: "unknown", because: "its form is too large to be shown" };
  return { kind: "form", fields };
};
