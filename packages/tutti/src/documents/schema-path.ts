/** Finds what a JSON schema says about one place of a document. */
import type { z } from "zod";
import type { Path } from "./yaml-document.ts";

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** The schema of the place that a path leads to, or null where it says nothing. */
const schemaAt = (schema: JsonSchema, path: Path): JsonSchema | null => {
  let places: JsonSchema[] = [schema];
  for (const part of path) places = places.flatMap(alternatives).flatMap((one) => child(one, part));
  return places[0] ?? null;
};

/** The keys that an object at this place may have. */
export const knownKeys = (schema: JsonSchema, path: Path): string[] => {
  const place = schemaAt(schema, path);
  const keys =
    place === null ? [] : alternatives(place).flatMap((one) => Object.keys(one.properties ?? {}));
  return [...new Set(keys)];
};

const alternatives = (schema: JsonSchema): JsonSchema[] => [schema, ...(schema.anyOf ?? [])];

const child = (schema: JsonSchema, part: PropertyKey): JsonSchema[] => {
  const named =
    typeof part === "number"
      ? schema.items
      : (schema.properties?.[String(part)] ?? schema.additionalProperties);
  return typeof named === "object" && !Array.isArray(named) ? [named] : [];
};
