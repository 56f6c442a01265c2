/** Questions of agents in mid-turn, as forms (ACP: elicitation), and what makes an answer to one. */
import { z } from "zod";
import { EffectId, Instant, StepKey } from "./ids.ts";

/** Longest single value of an answer, in characters. */
export const QUESTION_VALUE_MAX_CHARS = 20_000;

export const QuestionChoice = z.object({
  value: z.string(),
  title: z.string(),
  about: z.string().nullable(),
});
export type QuestionChoice = z.infer<typeof QuestionChoice>;

const field = <Kind extends string, Shape extends z.ZodRawShape>(kind: Kind, shape: Shape) =>
  z.object({
    kind: z.literal(kind),
    /** The agent's own name of it; unique in its question. */
    name: z.string(),
    title: z.string(),
    about: z.string().nullable(),
    isRequired: z.boolean(),
    ...shape,
  });

const bound = z.number().nullable();

/** One field of the form. `preset` is what the agent proposes. */
export const QuestionField = z.discriminatedUnion("kind", [
  field("text", {
    minLength: bound,
    maxLength: bound,
    format: z.enum(["email", "uri", "date", "date-time"]).nullable(),
    /** A regular expression of the agent: shown, and left to the agent to check, since it may be of any cost. */
    pattern: z.string().nullable(),
    preset: z.string().nullable(),
  }),
  field("number", { isWhole: z.boolean(), min: bound, max: bound, preset: bound }),
  field("yes-no", { preset: z.boolean().nullable() }),
  field("choice", { choices: z.array(QuestionChoice), preset: z.string().nullable() }),
  field("choices", {
    choices: z.array(QuestionChoice),
    minItems: bound,
    maxItems: bound,
    preset: z.array(z.string()).nullable(),
  }),
]);
export type QuestionField = z.infer<typeof QuestionField>;

const text = z.string().max(QUESTION_VALUE_MAX_CHARS);

export const QuestionValue = z.union([text, z.number(), z.boolean(), z.array(text).max(200)]);
export type QuestionValue = z.infer<typeof QuestionValue>;

/** Values by the names of fields. A field that is left out has none. */
export const QuestionValues = z.record(z.string(), QuestionValue);
export type QuestionValues = z.infer<typeof QuestionValues>;

/** `accept` fills the form in; `decline` gives no answer, and the agent goes on without one. */
export const QuestionAction = z.enum(["accept", "decline"]);
export type QuestionAction = z.infer<typeof QuestionAction>;

export const Question = z.object({
  id: z.string(),
  effect: EffectId,
  step: StepKey,
  attempt: z.number().int(),
  message: z.string(),
  fields: z.array(QuestionField),
  since: Instant,
});
export type Question = z.infer<typeof Question>;
