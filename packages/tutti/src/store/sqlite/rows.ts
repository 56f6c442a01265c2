/** Rows are parsed where they are read; one that does not parse is damage. */
import { TuttiError } from "@tutti/protocol";
import type { z } from "zod";

/** TuttiError `store.corrupt` that names the row. */
export function parseRow<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  row: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? "" : `: ${issue.path.join(".")} ${issue.message}`;
  throw new TuttiError("store.corrupt", `${row} cannot be read${where}`, {
    facts: { row },
    cause: parsed.error,
  });
}

/** TuttiError `store.corrupt` when the text is no JSON. */
export function parseJson(text: string, row: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TuttiError("store.corrupt", `${row} is not JSON`, { facts: { row }, cause: error });
  }
}
