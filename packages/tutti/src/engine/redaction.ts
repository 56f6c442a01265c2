/**
 * Secrets are taken out of what people and workers hand in, before it is decided on. Events, documents
 * and audit lines are made of nothing else, so a document is the fold of its stored events as before.
 * Taking secrets out of decided events would break that: hashes and comparisons were made with them.
 */
import { Actor, Command, TuttiError } from "@tutti/protocol";
import type { Redactor } from "./ports/secrets.ts";

type Redact = Redactor["text"];

/** The same value, and not a copy, when nothing was taken out. */
function redactValue(value: unknown, text: Redact): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const redacted = items.map((item) => redactValue(item, text));
    return redacted.some((item, index) => item !== items[index]) ? redacted : value;
  }
  const entries = Object.entries(value);
  const redacted = entries.map(([key, item]) => [text(key), redactValue(item, text)] as const);
  const isChanged = redacted.some(([key, item], index) => {
    const [before, one] = entries[index] ?? [];
    return key !== before || item !== one;
  });
  return isChanged ? Object.fromEntries(redacted) : value;
}

type Schema<Value> = { readonly parse: (value: unknown) => Value };

/** Whatever is left has the shape that it had: only texts are shorter. */
export function redactedAs<Value>(schema: Schema<Value>, value: Value, text: Redact): Value {
  const redacted = redactValue(value, text);
  return redacted === value ? value : schema.parse(redacted);
}

export const redactCommand = (command: Command, text: Redact): Command =>
  redactedAs(Command, command, text);

export const redactActor = (actor: Actor, text: Redact): Actor => redactedAs(Actor, actor, text);

/** Where in a value there are secrets: `agents.codex.env.API_KEY`. */
function placesIn(value: unknown, text: Redact, path: readonly string[] = []): string[] {
  if (redactValue(value, text) === value) return [];
  if (typeof value !== "object" || value === null) return [path.join(".")];
  return Object.entries(value).flatMap(([key, item]) => placesIn(item, text, [...path, key]));
}

/** What a run goes by is stored as it is and is what it is worth by its hash: no key may be in it. */
export function assertNoSecrets(rules: readonly unknown[], text: Redact): void {
  const places = rules.flatMap((value) => placesIn(value, text));
  if (places.length === 0) return;
  throw new TuttiError(
    "config.secret",
    `What looks like a key is in ${places.map((place) => text(place)).join(", ")}.`,
  );
}
