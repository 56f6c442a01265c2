/** A schema for editors of a step's typed block, from the definition that the parser uses. */
import { z } from "zod";
import { FrontMatter, StepBlock } from "./file.ts";

type EditorSchema = z.core.JSONSchema.JSONSchema;

/** JSON Schema of the ```yaml block below a step's heading. */
export const stepBlockSchema = (): EditorSchema => ({
  title: "Tutti: the typed block of a workflow step",
  ...z.toJSONSchema(StepBlock, { io: "input", unrepresentable: "any" }),
});

/** JSON Schema of a workflow file's front matter. */
export const frontMatterSchema = (): EditorSchema => ({
  title: "Tutti: the front matter of a workflow file",
  ...z.toJSONSchema(FrontMatter, { io: "input", unrepresentable: "any" }),
});
