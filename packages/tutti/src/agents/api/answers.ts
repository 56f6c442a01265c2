/**
 * What a model answers in the place of files. Every key is required and the bounds are left out, which
 * is what all providers' structured outputs take; the rules proper hold for the artifact that is made
 * of it, as for any agent's.
 */
import { FindingKind, OpinionArtifact, Severity, TaskSize } from "@tutti/protocol";
import { z } from "zod";

const Reproduction = z.object({
  files: z.array(z.object({ path: z.string(), content: z.string() })),
  run: z.string(),
  test: z.string().nullable(),
});

const Findings = z.object({
  summary: z.string(),
  findings: z.array(
    z.object({
      kind: FindingKind,
      severity: Severity,
      claim: z.string(),
      requirements: z.array(z.string()),
      locations: z.array(
        z.object({
          path: z.string(),
          startLine: z.number().int().nullable(),
          endLine: z.number().int().nullable(),
        }),
      ),
      reproduction: Reproduction.nullable(),
    }),
  ),
});

const CHECK_KINDS = ["test", "command", "property", "manual"] as const;

const Contract = z.object({
  requirements: z.array(
    z.object({
      id: z.string(),
      must: z.boolean(),
      text: z.string(),
      check: z.object({ kind: z.enum(CHECK_KINDS), value: z.string() }),
      scope: z.array(z.string()),
    }),
  ),
  non_goals: z.array(z.string()),
});

const Plan = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      covers: z.array(z.string()),
      scope: z.array(z.string()),
      needs: z.array(z.string()),
      notes: z.string().nullable(),
    }),
  ),
});

const ReproductionArtifact = z.object({
  claim: z.string(),
  requirement: z.string().nullable(),
  reproduction: Reproduction,
});

const Advice = z.object({
  title: z.string(),
  size: TaskSize,
  isDefect: z.boolean(),
  reason: z.string(),
});

const Opinion = z.object({ says: OpinionArtifact.shape.says, reason: z.string() });

/** Without what is null: an absent key is the artifact's own way to say so. */
const compact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item) => compact(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, compact(item)]));
};

/** JSON is YAML, too. */
const asDocument = (value: unknown): string => `${JSON.stringify(compact(value), null, 2)}\n`;

type Form = {
  readonly schema: z.ZodType;
  /** Text of the artifact. The value is of the schema. */
  readonly toText: (value: unknown) => string;
};

const typed = <Schema extends z.ZodType>(
  schema: Schema,
  change: (value: z.output<Schema>) => unknown = (value) => value,
): Form => ({ schema, toText: (value) => asDocument(change(schema.parse(value))) });

const FORMS: Readonly<Record<string, Form>> = {
  "findings.json": typed(Findings),
  "contract.yaml": typed(Contract, ({ requirements, non_goals }) => ({
    requirements: requirements.map(({ check, ...rest }) => ({
      ...rest,
      check: { [check.kind]: check.value },
    })),
    non_goals,
  })),
  "plan.yaml": typed(Plan),
  "reproduction.yaml": typed(ReproductionArtifact),
  "advice.json": typed(Advice),
  "opinion.json": typed(Opinion),
};

const TEXT: Form = { schema: z.string(), toText: (value) => z.string().parse(value) };

const formOf = (name: string): Form => (Object.hasOwn(FORMS, name) ? (FORMS[name] ?? TEXT) : TEXT);

/** Key of an artifact in the answer; a dot is not allowed everywhere. */
const keyOf = (name: string): string => name.replaceAll(/[^A-Za-z0-9]+/gu, "_");

export const answerSchema = (names: readonly string[]): z.ZodType =>
  z.object(Object.fromEntries(names.map((name) => [keyOf(name), formOf(name).schema])));

/** The artifacts that an answer of the schema stands for. */
export const artifactsOf = (
  answer: unknown,
  names: readonly string[],
): readonly { readonly name: string; readonly text: string }[] => {
  if (names.length === 0) return [];
  const values = z.record(z.string(), z.unknown()).parse(answer);
  return names.map((name) => ({ name, text: formOf(name).toText(values[keyOf(name)]) }));
};

/** What the prompt says about files holds for these keys. */
export const answerInstructions = (names: readonly string[]): string => {
  const keys = names.map((name) => `\`${keyOf(name)}\` holds what is said of ${name}`);
  const opening =
    "You are asked directly: you have no tools, you cannot run anything, and you cannot read or write files. Everything you need is in the message.";
  if (names.length === 0) return opening;
  return [
    opening,
    `Where the message asks for files, answer with one JSON object instead: ${keys.join("; ")}.`,
    "Its keys are those of the schema; use null where something does not apply. A check of a requirement is given as its kind and its value.",
  ].join(" ");
};
