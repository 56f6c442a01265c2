/** What a schema found wrong, in the words of the person who wrote the file. */
import { z } from "zod";
import { inWords, pathText } from "./issue-words.ts";
import type { Words } from "./issue-words.ts";
import type { Problem } from "./problem.ts";
import { knownKeys } from "./schema-path.ts";
import type { JsonSchema } from "./schema-path.ts";
import { nearest, quoteList } from "./suggest.ts";
import type { Path, YamlDocument } from "./yaml-document.ts";

type Issue = z.core.$ZodIssue;

export type Read<Data> =
  | { readonly kind: "data"; readonly data: Data }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** Parses a document's data by a schema; what is wrong is said with line and mend. */
export const readBySchema = <Schema extends z.ZodType>(
  schema: Schema,
  document: YamlDocument,
): Read<z.output<Schema>> => {
  const parsed = schema.safeParse(document.data);
  if (parsed.success) return { kind: "data", data: parsed.data };
  const shape: JsonSchema = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const problems = parsed.error.issues.flatMap((issue) => explain(issue, { document, shape }));
  return { kind: "invalid", problems };
};

type Scene = { readonly document: YamlDocument; readonly shape: JsonSchema };

const explain = (issue: Issue, scene: Scene): Problem[] => {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey([...issue.path, key], scene));
  if (issue.code === "invalid_union") {
    const branch = branchOf(issue.errors, valueAt(scene.document.data, issue.path));
    const inner = branch.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
    if (inner.length > 0) return inner.flatMap((one) => explain(one, scene));
  }
  const words = inWords(issue, {
    value: valueAt(scene.document.data, issue.path),
    alternatives: knownKeys(scene.shape, issue.path),
  });
  return [problemAt(scene.document, issue.path, words)];
};

const problemAt = (document: YamlDocument, path: Path, words: Words): Problem => ({
  file: document.file,
  line: document.lineOf(path),
  ...words,
  level: "error",
});

const unknownKey = (path: Path, scene: Scene): Problem => {
  const key = String(path.at(-1));
  const owner = path.slice(0, -1);
  const known = knownKeys(scene.shape, owner);
  const meant = nearest(key, known);
  return problemAt(scene.document, path, {
    message: `\`${key}\` is not a key ${owner.length === 0 ? "of this file" : `of \`${pathText(owner)}\``}.`,
    mend:
      meant === null
        ? `Remove it; the keys are ${quoteList(known)}.`
        : `Did you mean \`${meant}\`?`,
  });
};

/** Of a union the alternative that was meant, by the kind of value; none when several blocks fit. */
const branchOf = (branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] => {
  const fits = branches.filter(
    (issues) => !issues.some((one) => one.path.length === 0 && one.code === "invalid_type"),
  );
  const isContainer = typeof value === "object" && value !== null;
  if (isContainer) return fits.length === 1 ? (fits[0] ?? []) : [];
  return fits[0] ?? branches[0] ?? [];
};

const valueAt = (data: unknown, path: Path): unknown => {
  let value = data;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = Reflect.get(value, part);
  }
  return value;
};
