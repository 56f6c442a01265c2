/** Schemas for editors, from the same definitions that the parser uses. */
import { Duration } from "@tutti/protocol";
import { z } from "zod";
import { ProjectFile } from "./project-file.ts";
import { UserConfig } from "./user.ts";

export type EditorSchema = z.core.JSONSchema.JSONSchema;

/** JSON Schema of `.tutti/config.yaml`. */
export const projectConfigSchema = (): EditorSchema => ({
  title: "Tutti: .tutti/config.yaml",
  ...toSchema(ProjectFile),
});

/** JSON Schema of the user's own configuration file. */
export const userConfigSchema = (): EditorSchema => ({
  title: "Tutti: the user's config.yaml",
  ...toSchema(UserConfig),
});

const toSchema = (schema: z.ZodType): EditorSchema =>
  z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (isDuration(zodSchema)) writeDuration(jsonSchema);
    },
  });

/** In a file a duration is text; milliseconds are for stored policies only. */
const isDuration = (schema: unknown): boolean =>
  schema === Duration || (schema instanceof z.ZodDefault && schema.unwrap() === Duration);

const writeDuration = (schema: EditorSchema): void => {
  const isDefault = schema.default !== undefined;
  for (const key of Object.keys(schema)) Reflect.deleteProperty(schema, key);
  schema.type = "string";
  schema.pattern = String.raw`^\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h)$`;
  schema.description = `A duration such as 90s, 10m or 1h.${isDefault ? " Default: 10m." : ""}`;
};
