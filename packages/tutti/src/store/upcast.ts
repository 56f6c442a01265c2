/**
 * Events are stored for ever in the shape of their day. Reading brings each one to the present shape,
 * one schema version at a time; nothing stored is ever rewritten.
 */
import { EVENT_SCHEMA, TuttiError } from "@tutti/protocol";

/** From schema version N to N + 1, for every N below EVENT_SCHEMA. */
const UPCASTS: ReadonlyMap<number, (body: unknown) => unknown> = new Map();

/** TuttiError `store.newer` for an event that a later version of the program wrote. */
export function upcast(schema: number, body: unknown): unknown {
  if (schema > EVENT_SCHEMA) {
    const message = `an event has schema ${schema}; this version of Tutti reads up to ${EVENT_SCHEMA}`;
    throw new TuttiError("store.newer", message);
  }
  let present = body;
  for (let version = schema; version < EVENT_SCHEMA; version += 1) {
    const step = UPCASTS.get(version);
    if (step === undefined) throw new Error(`no upcast from event schema ${version}`);
    present = step(present);
  }
  return present;
}
